# TLS ends here. Landfall's server speaks plain HTTP within the VPC.

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = !var.public
  subnets                    = var.public ? aws_subnet.public[*].id : aws_subnet.private[*].id
  security_groups            = [aws_security_group.this["balancer"].id]
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
  # In seconds. The progress socket may be silent for long: nothing is sent while nothing changes. A client whose
  # socket is closed all the same connects again and resumes.
  idle_timeout = 3600
  tags         = local.tags
}

resource "aws_lb_target_group" "coordinator" {
  name                 = "${var.name}-dash"
  vpc_id               = aws_vpc.this.id
  target_type          = "ip"
  port                 = local.port
  protocol             = "HTTP"
  deregistration_delay = 10
  tags                 = local.tags

  # The one path of data that needs no token.
  health_check {
    path                = "/healthz"
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 4
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn
  tags              = local.tags

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.coordinator.arn
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"
  tags              = local.tags

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
