# Workers, on Spot but for workers_on_demand of them. A task that is taken back finishes its chunks or gives them back.
#
# They are scaled on what waits: chunks for each worker process, and the age of the oldest file of which nothing is
# loaded. The coordinator that leads logs both each minute, and CloudWatch makes metrics of its lines. A task with a chunk
# in flight protects itself, so that others are stopped first.

locals {
  backlog = {
    chunks = { member = "chunksPerWorker", metric = "ChunksPerWorker", target = var.chunks_per_worker }
    age    = { member = "oldestSeconds", metric = "OldestWaitingSeconds", target = var.waiting_seconds }
  }
}

resource "aws_cloudwatch_log_metric_filter" "backlog" {
  for_each = local.backlog

  name           = "backlog-${each.key}"
  log_group_name = aws_cloudwatch_log_group.this["coordinator"].name
  pattern        = "{ $.backlog.${each.value.member} = * }"

  metric_transformation {
    namespace = var.name
    name      = each.value.metric
    value     = "$.backlog.${each.value.member}"
  }
}

resource "aws_ecs_service" "worker" {
  name                               = "worker"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.this["worker"].arn
  desired_count                      = var.workers_min
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 200
  propagate_tags                     = "SERVICE"
  tags                               = local.tags
  depends_on                         = [aws_ecs_cluster_capacity_providers.this, aws_iam_role_policy.execution, aws_iam_role_policy.task]

  network_configuration {
    subnets         = aws_subnet.private[*].id
    security_groups = [aws_security_group.this["worker"].id]
  }

  capacity_provider_strategy {
    capacity_provider = "FARGATE"
    base              = var.workers_on_demand
    weight            = 0
  }

  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  lifecycle {
    # Scaling changes it.
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "worker" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.worker.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.workers_min
  max_capacity       = var.workers_max
  tags               = local.tags
}

# A file's chunks are shared by all workers, so each of the two grows in proportion to what is missing.
resource "aws_appautoscaling_policy" "worker" {
  for_each = local.backlog

  name               = each.key
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.worker.service_namespace
  resource_id        = aws_appautoscaling_target.worker.resource_id
  scalable_dimension = aws_appautoscaling_target.worker.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.target
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    customized_metric_specification {
      namespace   = aws_cloudwatch_log_metric_filter.backlog[each.key].metric_transformation[0].namespace
      metric_name = aws_cloudwatch_log_metric_filter.backlog[each.key].metric_transformation[0].name
      statistic   = "Maximum"
    }
  }
}
