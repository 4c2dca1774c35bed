# Who may connect to whom. A connection that is not in `flows` does not exist. A coordinator that stands by sends requests on
# to the one that leads.

locals {
  groups = ["balancer", "coordinator", "worker", "database", "queue", "endpoint"]

  flows = {
    "balancer-coordinator"    = { from = "balancer", to = "coordinator", port = local.port }
    "coordinator-coordinator" = { from = "coordinator", to = "coordinator", port = local.port }
    "coordinator-database"    = { from = "coordinator", to = "database", port = 5432 }
    "worker-database"         = { from = "worker", to = "database", port = 5432 }
    "coordinator-queue"       = { from = "coordinator", to = "queue", port = 6379 }
    "worker-queue"            = { from = "worker", to = "queue", port = 6379 }
    "coordinator-endpoint"    = { from = "coordinator", to = "endpoint", port = 443 }
    "worker-endpoint"         = { from = "worker", to = "endpoint", port = 443 }
  }

  dashboard_cidrs = length(var.allowed_cidrs) > 0 ? var.allowed_cidrs : [var.vpc_cidr]
}

resource "aws_security_group" "this" {
  for_each = toset(local.groups)

  name        = "${var.name}-${each.key}"
  description = "Landfall: ${each.key}"
  vpc_id      = aws_vpc.this.id
  tags        = merge(local.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_vpc_security_group_ingress_rule" "flow" {
  for_each = local.flows

  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "flow" {
  for_each = local.flows

  security_group_id            = aws_security_group.this[each.value.from].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  tags                         = local.tags
}

# 80 only answers with the address of 443.
resource "aws_vpc_security_group_ingress_rule" "dashboard" {
  for_each = { for pair in setproduct(local.dashboard_cidrs, [80, 443]) : "${pair[0]}-${pair[1]}" => pair }

  security_group_id = aws_security_group.this["balancer"].id
  cidr_ipv4         = each.value[0]
  ip_protocol       = "tcp"
  from_port         = each.value[1]
  to_port           = each.value[1]
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  for_each = toset(["coordinator", "worker"])

  security_group_id = aws_security_group.this[each.key].id
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

# Sources name hosts and ports of any kind. Only the coordinator fetches.
resource "aws_vpc_security_group_egress_rule" "internet" {
  count = var.internet_access ? 1 : 0

  security_group_id = aws_security_group.this["coordinator"].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 0
  to_port           = 65535
  tags              = local.tags
}
