# Alarms, dashboard and budget, from what CloudWatch knows without code of ours.

locals {
  balancer_dimensions = {
    LoadBalancer = aws_lb.this.arn_suffix
    TargetGroup  = aws_lb_target_group.coordinator.arn_suffix
  }
  database_dimensions = { DBInstanceIdentifier = aws_db_instance.this.identifier }
  queue_dimensions    = { CacheClusterId = "${aws_elasticache_replication_group.this.id}-001" }
  worker_dimensions   = { ClusterName = aws_ecs_cluster.this.name, ServiceName = aws_ecs_service.worker.name }

  # Each is the worst of five minutes, for as many minutes as it says.
  alarms = {
    "coordinator-away" = {
      says       = "No coordinator answers. Workers finish what is queued; nothing new is loaded."
      namespace  = "AWS/ApplicationELB"
      metric     = "HealthyHostCount"
      dimensions = local.balancer_dimensions
      statistic  = "Minimum"
      comparison = "LessThanThreshold"
      threshold  = 1
      minutes    = 10
      missing    = "breaching"
    }
    "database-cpu" = {
      says       = "PostgreSQL is the limit: more workers would not help. docs/operations/scaling.md says what does."
      namespace  = "AWS/RDS"
      metric     = "CPUUtilization"
      dimensions = local.database_dimensions
      statistic  = "Average"
      comparison = "GreaterThanThreshold"
      threshold  = 90
      minutes    = 30
      missing    = "missing"
    }
    "database-storage" = {
      says       = "The database has little storage left. Landfall waits when it has none."
      namespace  = "AWS/RDS"
      metric     = "FreeStorageSpace"
      dimensions = local.database_dimensions
      statistic  = "Minimum"
      comparison = "LessThanThreshold"
      threshold  = var.database_storage_gib * 1024 * 1024 * 1024 / 20
      minutes    = 10
      missing    = "missing"
    }
    "database-connections" = {
      says       = "Nearly all connections of the database are in use."
      namespace  = "AWS/RDS"
      metric     = "DatabaseConnections"
      dimensions = local.database_dimensions
      statistic  = "Maximum"
      comparison = "GreaterThanThreshold"
      threshold  = floor(local.connections * 0.9)
      minutes    = 10
      missing    = "missing"
    }
    "queue-memory" = {
      says       = "The queue's server is nearly full. It evicts nothing: it would refuse jobs, and Landfall wait."
      namespace  = "AWS/ElastiCache"
      metric     = "DatabaseMemoryUsagePercentage"
      dimensions = local.queue_dimensions
      statistic  = "Maximum"
      comparison = "GreaterThanThreshold"
      threshold  = 75
      minutes    = 10
      missing    = "missing"
    }
    "workers-busy" = {
      says       = "All workers_max tasks have run for two hours. More may be worth their price, or something is stuck."
      namespace  = "ECS/ContainerInsights"
      metric     = "RunningTaskCount"
      dimensions = local.worker_dimensions
      statistic  = "Minimum"
      comparison = "GreaterThanOrEqualToThreshold"
      threshold  = max(var.workers_max, var.workers_min + 1)
      minutes    = 120
      missing    = "notBreaching"
    }
    "errors" = {
      says       = "Landfall has logged an error."
      namespace  = var.name
      metric     = "Errors"
      dimensions = {}
      statistic  = "Sum"
      comparison = "GreaterThanThreshold"
      threshold  = 0
      minutes    = 5
      missing    = "notBreaching"
    }
  }

  # Title, and the metrics as CloudWatch wants them: namespace, name, then names and values of dimensions.
  charts = [
    { title = "Workers", stat = "Average", metrics = [
      ["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", aws_ecs_cluster.this.name, "ServiceName", aws_ecs_service.worker.name],
    ] },
    { title = "Chunks that wait for each worker process", stat = "Maximum", metrics = [
      [var.name, local.backlog.chunks.metric],
    ] },
    { title = "Oldest file that waits (s)", stat = "Maximum", metrics = [
      [var.name, local.backlog.age.metric],
    ] },
    { title = "CPU of tasks (%)", stat = "Average", metrics = [
      ["AWS/ECS", "CPUUtilization", "ClusterName", aws_ecs_cluster.this.name, "ServiceName", aws_ecs_service.worker.name],
      ["AWS/ECS", "CPUUtilization", "ClusterName", aws_ecs_cluster.this.name, "ServiceName", aws_ecs_service.coordinator.name],
    ] },
    { title = "Memory of tasks (%)", stat = "Maximum", metrics = [
      ["AWS/ECS", "MemoryUtilization", "ClusterName", aws_ecs_cluster.this.name, "ServiceName", aws_ecs_service.worker.name],
      ["AWS/ECS", "MemoryUtilization", "ClusterName", aws_ecs_cluster.this.name, "ServiceName", aws_ecs_service.coordinator.name],
    ] },
    { title = "PostgreSQL: CPU (%)", stat = "Average", metrics = [
      ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", aws_db_instance.this.identifier],
    ] },
    { title = "PostgreSQL: bytes per second", stat = "Average", metrics = [
      ["AWS/RDS", "WriteThroughput", "DBInstanceIdentifier", aws_db_instance.this.identifier],
      ["AWS/RDS", "ReadThroughput", "DBInstanceIdentifier", aws_db_instance.this.identifier],
      ["AWS/RDS", "NetworkReceiveThroughput", "DBInstanceIdentifier", aws_db_instance.this.identifier],
    ] },
    { title = "PostgreSQL: free storage (bytes)", stat = "Minimum", metrics = [
      ["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", aws_db_instance.this.identifier],
    ] },
    { title = "Queue: memory (%)", stat = "Maximum", metrics = [
      ["AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "CacheClusterId", local.queue_dimensions.CacheClusterId],
    ] },
    { title = "Errors logged", stat = "Sum", metrics = [
      [var.name, "Errors"],
    ] },
  ]
}

# Logs are JSON objects of pino: 50 is an error, 60 a fatal one.
resource "aws_cloudwatch_log_metric_filter" "errors" {
  for_each = aws_cloudwatch_log_group.this

  name           = "errors"
  log_group_name = each.value.name
  pattern        = "{ $.level >= 50 }"

  metric_transformation {
    namespace = var.name
    name      = "Errors"
    value     = "1"
  }
}

# Not encrypted with a key of AWS's own: CloudWatch could not use it. Alarms hold names and figures of metrics.
resource "aws_sns_topic" "alarms" {
  name = "${var.name}-alarms"
  tags = local.tags
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = toset(var.alarm_emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = each.value.minutes / 5
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
  tags                = local.tags
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [for i, chart in local.charts : {
      type   = "metric"
      x      = 12 * (i % 2)
      y      = 6 * floor(i / 2)
      width  = 12
      height = 6
      properties = {
        title   = chart.title
        stat    = chart.stat
        period  = 60
        region  = data.aws_region.current.name
        metrics = chart.metrics
      }
    }]
  })
}

# Counts what has the tag `project`, once that is activated as a cost allocation tag.
resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.budget_usd)
  limit_unit   = "USD"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:project$%s", var.name)]
  }

  notification {
    comparison_operator        = "GREATER_THAN"
    notification_type          = "ACTUAL"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = var.alarm_emails
  }

  notification {
    comparison_operator        = "GREATER_THAN"
    notification_type          = "FORECASTED"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = var.alarm_emails
  }
}
