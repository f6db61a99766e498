"""An S3 for tests: moto's server, which checks signatures and rights, with a bucket and two users.

The first line that it prints is JSON: its port and the keys of the users. To each line that it reads it answers with the
names in the bucket, as boto3 lists them. It ends with its input.
"""

import json
import logging
import os
import sys

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "7"  # the calls below; all that come later are checked

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

logging.getLogger("werkzeug").setLevel(logging.ERROR)
bucket = "files"
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()


def client(service, id="any", secret="any"):
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=id,
        aws_secret_access_key=secret,
    )


def user(name, *actions):
    iam = client("iam")
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": [f"s3:{action}" for action in actions], "Resource": "arn:aws:s3:::*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


client("s3").create_bucket(Bucket=bucket)
writer = user("writer", "GetObject", "PutObject", "DeleteObject", "ListBucket")
reader = user("reader", "GetObject", "ListBucket")
print(json.dumps({"port": port, "bucket": bucket, "writer": writer, "reader": reader}), flush=True)

s3 = client("s3", writer["id"], writer["secret"])
for _ in sys.stdin:
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    print(json.dumps([entry["Key"] for entry in listed]), flush=True)
os._exit(0)
