# Messages about landed objects, for programs other than Landfall, which lists the bucket. Only with landing_events.

resource "aws_sqs_queue" "landed_dead" {
  count = var.landing_events ? 1 : 0

  name                      = "${var.name}-landed-dead"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags                      = local.tags
}

resource "aws_sqs_queue" "landed" {
  count = var.landing_events ? 1 : 0

  name                       = "${var.name}-landed"
  message_retention_seconds  = 345600
  visibility_timeout_seconds = 300
  sqs_managed_sse_enabled    = true
  tags                       = local.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.landed_dead[0].arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "landed_dead" {
  count = var.landing_events ? 1 : 0

  queue_url = aws_sqs_queue.landed_dead[0].id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.landed[0].arn]
  })
}

data "aws_iam_policy_document" "landed" {
  count = var.landing_events ? 1 : 0

  statement {
    sid       = "FromTheBucket"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.landed[0].arn]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.this["landing"].arn]
    }
  }
}

resource "aws_sqs_queue_policy" "landed" {
  count = var.landing_events ? 1 : 0

  queue_url = aws_sqs_queue.landed[0].id
  policy    = data.aws_iam_policy_document.landed[0].json
}

resource "aws_s3_bucket_notification" "landed" {
  count = var.landing_events ? 1 : 0

  bucket     = aws_s3_bucket.this["landing"].id
  depends_on = [aws_sqs_queue_policy.landed]

  queue {
    queue_arn = aws_sqs_queue.landed[0].arn
    # However it was uploaded: at once, in parts, or copied.
    events = ["s3:ObjectCreated:*"]
  }
}
