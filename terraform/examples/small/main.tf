# Some files a day, up to some ten million rows: one small server, one worker that is always there.

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
  budget_usd      = 250

  database_instance_class   = "db.t4g.medium"
  database_storage_gib      = 50
  database_storage_most_gib = 200
  queue_node_type           = "cache.t4g.micro"

  coordinator_cpu    = 512
  coordinator_memory = 1024
  worker_cpu         = 1024
  worker_memory      = 2048
  workers_max        = 2
}
