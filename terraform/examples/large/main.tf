# Hundreds of millions of rows a day: a server for COPY from dozens of sessions, with a standby, and a pool on Spot.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = var.region
}

module "landfall" {
  source = "../.."

  image_tag       = var.image_tag
  datasets        = ["datasets"]
  certificate_arn = var.certificate_arn
  alarm_emails    = var.alarm_emails
  budget_usd      = 4500
  zones           = 3
  internet_access = true
  architecture    = "ARM64"

  database_instance_class   = "db.m7g.4xlarge"
  database_storage_gib      = 2000
  database_storage_most_gib = 10000
  database_multi_az         = true
  database_backup_days      = 14
  queue_node_type           = "cache.m7g.large"
  queue_replicas            = 1

  coordinator_cpu    = 2048
  coordinator_memory = 4096
  worker_cpu         = 4096
  worker_memory      = 8192
  workers_min        = 2
  workers_max        = 16
  workers_on_demand  = 1
}
