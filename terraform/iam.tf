# Four roles: what ECS may do to start each kind of task (execution), and what the task itself may do (task).

locals {
  # Landfall asks whether an object is there, which S3 only answers to those who may list.
  read = ["s3:GetObject"]
  # A copy keeps tags that somebody has put on a landed object.
  write  = ["s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload"]
  remove = ["s3:DeleteObject"]
  move   = ["s3:GetObject", "s3:GetObjectTagging", "s3:DeleteObject"]
  clear  = ["s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]

  # The coordinator moves files between landing and archive, places what sources fetch, and sweeps the lake. It drops
  # uploads that a killed process has left in archive and lake. Workers read files where they are, and write parts of
  # the lake under a staging name, then under their own.
  object_actions = {
    coordinator = {
      landing = distinct(concat(local.move, local.write))
      archive = distinct(concat(local.move, local.write, local.clear))
      lake    = distinct(concat(local.read, local.remove, local.clear))
    }
    worker = {
      landing = local.read
      archive = local.read
      lake    = distinct(concat(local.move, local.write))
    }
  }
}

data "aws_iam_policy_document" "tasks_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "execution" {
  for_each = local.roles

  name_prefix        = "${var.name}-${each.key}-start-"
  assume_role_policy = data.aws_iam_policy_document.tasks_assume.json
  tags               = local.tags
}

resource "aws_iam_role" "task" {
  for_each = local.roles

  name_prefix        = "${var.name}-${each.key}-"
  assume_role_policy = data.aws_iam_policy_document.tasks_assume.json
  tags               = local.tags
}

data "aws_iam_policy_document" "execution" {
  for_each = local.roles

  statement {
    sid     = "Login"
    actions = ["ecr:GetAuthorizationToken"]
    # The token is the registry's: the action takes no resource.
    resources = ["*"]
  }

  statement {
    sid       = "Image"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [aws_ecr_repository.this.arn]
  }

  statement {
    sid     = "Log"
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    # The streams of this role's own group; ECS names them after tasks.
    resources = ["${aws_cloudwatch_log_group.this[each.key].arn}:*"]
  }

  statement {
    sid       = "Secrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = values(each.value.secrets)
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "SecretsKey"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role_policy" "execution" {
  for_each = local.roles

  name   = "start"
  role   = aws_iam_role.execution[each.key].id
  policy = data.aws_iam_policy_document.execution[each.key].json
}

data "aws_iam_policy_document" "task" {
  for_each = local.roles

  statement {
    sid       = "List"
    actions   = each.key == "coordinator" ? ["s3:ListBucket", "s3:ListBucketMultipartUploads"] : ["s3:ListBucket"]
    resources = [for bucket in aws_s3_bucket.this : bucket.arn]
  }

  dynamic "statement" {
    for_each = local.object_actions[each.key]

    content {
      sid       = title(statement.key)
      actions   = statement.value
      resources = ["${aws_s3_bucket.this[statement.key].arn}/*"]
    }
  }

  # A worker protects its own task. ECS names tasks, so it may do so for all of the cluster.
  dynamic "statement" {
    for_each = each.key == "worker" ? [replace(aws_ecs_cluster.this.arn, ":cluster/", ":task/")] : []

    content {
      sid       = "Protection"
      actions   = ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"]
      resources = ["${statement.value}/*"]
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "BucketKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

resource "aws_iam_role_policy" "task" {
  for_each = local.roles

  name   = "buckets"
  role   = aws_iam_role.task[each.key].id
  policy = data.aws_iam_policy_document.task[each.key].json
}
