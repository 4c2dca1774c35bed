# The image, and the two ways in which it runs.

locals {
  port             = 8080
  worker_processes = floor(var.worker_cpu / 1024)

  # Fargate allows 120 s between SIGTERM and SIGKILL, also when it takes a Spot task back. Workers stop well within
  # it: after LANDFALL_STOP_MS they give the rest of their chunks back.
  stop_timeout_s = 120
  worker_stop_ms = 90000

  settings = {
    LANDFALL_DATASETS = join(",", var.datasets)
    LANDING_URL       = "s3://${aws_s3_bucket.this["landing"].id}"
    LAKE_URL          = "s3://${aws_s3_bucket.this["lake"].id}"
    # Failed files go beside it, to the prefix `failed` of the same bucket.
    ARCHIVE_URL = "s3://${aws_s3_bucket.this["archive"].id}/archive"
  }

  coordinator_settings = {
    LANDFALL_HOST = "0.0.0.0"
    LANDFALL_PORT = tostring(local.port)
    # For the scaling of workers (workers.tf).
    LANDFALL_LOG_BACKLOG = "60"
  }

  worker_settings = {
    LANDFALL_WORKERS = tostring(local.worker_processes)
    LANDFALL_STOP_MS = tostring(local.worker_stop_ms)
  }

  roles = {
    coordinator = {
      command  = ["coordinator", "--standby"]
      cpu      = var.coordinator_cpu
      memory   = var.coordinator_memory
      ports    = [local.port]
      settings = merge(var.environment, local.settings, local.coordinator_settings)
      secrets = merge(var.source_secrets, {
        DATABASE_URL   = aws_secretsmanager_secret.this["DATABASE_URL"].arn
        REDIS_URL      = aws_secretsmanager_secret.this["REDIS_URL"].arn
        LANDFALL_TOKEN = aws_secretsmanager_secret.this["LANDFALL_TOKEN"].arn
      })
    }
    worker = {
      command  = ["worker"]
      cpu      = var.worker_cpu
      memory   = var.worker_memory
      ports    = []
      settings = merge(local.settings, local.worker_settings)
      secrets = {
        DATABASE_URL = aws_secretsmanager_secret.this["DATABASE_URL"].arn
        REDIS_URL    = aws_secretsmanager_secret.this["REDIS_URL"].arn
      }
    }
  }
}

resource "aws_ecr_repository" "this" {
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = !var.deletion_protection
  tags                 = local.tags

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = var.kms_key_arn == null ? "AES256" : "KMS"
    kms_key         = var.kms_key_arn
  }
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  tags = local.tags

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["coordinator", "worker"])

  name              = "/${var.name}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
  tags              = local.tags
}

# Neither has a health check of its own. The load balancer asks the coordinator. A worker that is stuck is restarted
# by the process that started it; one that waits out an outage of the database is well, and must not be replaced.
resource "aws_ecs_task_definition" "this" {
  for_each = local.roles

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.cpu
  memory                   = each.value.memory
  execution_role_arn       = aws_iam_role.execution[each.key].arn
  task_role_arn            = aws_iam_role.task[each.key].arn
  tags                     = local.tags
  # A task that starts before its secrets have a value fails.
  depends_on = [aws_secretsmanager_secret_version.this]

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture
  }

  container_definitions = jsonencode([{
    name         = "landfall"
    image        = "${aws_ecr_repository.this.repository_url}:${var.image_tag}"
    command      = each.value.command
    essential    = true
    stopTimeout  = local.stop_timeout_s
    portMappings = [for port in each.value.ports : { containerPort = port, protocol = "tcp" }]
    environment  = [for name, value in each.value.settings : { name = name, value = value }]
    secrets      = [for name, arn in each.value.secrets : { name = name, valueFrom = arn }]

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this[each.key].name
        awslogs-region        = data.aws_region.current.name
        awslogs-stream-prefix = "landfall"
      }
    }
  }])
}
