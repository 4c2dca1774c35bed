# Two coordinators in different zones. One leads; the other stands by, sends on what it is asked, and leads within
# seconds when the first is gone. A deployment replaces one after the other.

resource "aws_ecs_service" "coordinator" {
  name                               = "coordinator"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.this["coordinator"].arn
  desired_count                      = 2
  deployment_minimum_healthy_percent = 50
  deployment_maximum_percent         = 100
  launch_type                        = "FARGATE"
  propagate_tags                     = "SERVICE"
  tags                               = local.tags
  # It may wait for the database, and brings the ledger up to date, before it answers.
  health_check_grace_period_seconds = 300
  depends_on                        = [aws_lb_listener.https, aws_iam_role_policy.execution, aws_iam_role_policy.task]

  network_configuration {
    subnets         = aws_subnet.private[*].id
    security_groups = [aws_security_group.this["coordinator"].id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.coordinator.arn
    container_name   = "landfall"
    container_port   = local.port
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}
