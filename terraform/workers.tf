# Workers, on Spot but for workers_on_demand of them. A task that is taken back finishes its chunks or gives them back.
#
# They are scaled on their CPU. A worker with chunks uses its cores, unless it waits for PostgreSQL, and then more
# workers would only wait too. The depth of the queue is in /metrics of the coordinator, which CloudWatch cannot read.

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

resource "aws_appautoscaling_policy" "worker" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.worker.service_namespace
  resource_id        = aws_appautoscaling_target.worker.resource_id
  scalable_dimension = aws_appautoscaling_target.worker.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_out_cooldown = 60
    scale_in_cooldown  = 600

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
