# Plans both examples as they are, without an account.

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  image_tag       = "4f2c1aa"
  certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
  alarm_emails    = ["ops@example.com"]
}

override_data {
  target = module.landfall.data.aws_availability_zones.available
  values = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
}

override_data {
  target = module.landfall.data.aws_secretsmanager_random_password.drawn
  values = { random_password = "drawnforatestdrawnforatestdrawnforatest" }
}

run "small" {
  command = plan

  module {
    source = "./examples/small"
  }
}

run "large" {
  command = plan

  module {
    source = "./examples/large"
  }
}
