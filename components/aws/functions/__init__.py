"""Source of the Lambda functions: each file stands alone, on the standard library and boto3."""
