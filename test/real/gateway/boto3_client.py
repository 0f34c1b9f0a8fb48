"""One step of what boto3 does on a gateway: python3 boto3_client.py STEP, the rest stands in the environment."""

import hashlib
import io
import os
import sys
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

BUCKET = os.environ["BUCKET"]
TREE = os.environ["TREE"]
LARGE = os.environ["LARGE"]
DIRECTORY = os.environ["DIRECTORY"]
PARTS = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=8 << 20)

s3 = boto3.client(
    "s3",
    endpoint_url=os.environ["ENDPOINT"],
    region_name="us-east-1",
    config=Config(signature_version="s3v4", retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def tree():
    for directory, _, names in os.walk(TREE):
        for name in names:
            path = os.path.join(directory, name)
            yield path, "boto/" + os.path.relpath(path, TREE)


def code_of(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def uploads_and_downloads():
    for path, key in tree():
        s3.upload_file(path, BUCKET, key, Config=PARTS)
        there = os.path.join(DIRECTORY, "one")
        s3.download_file(BUCKET, key, there, Config=PARTS)
        assert sha256(there) == sha256(path), key


def lists():
    expected = sorted(key for _, key in tree())
    for version, options in (("list_objects_v2", {}), ("list_objects", {})):
        pages = s3.get_paginator(version).paginate(
            Bucket=BUCKET, Prefix="boto/", PaginationConfig={"PageSize": 3}, **options
        )
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        assert sorted(keys) == expected, version
        assert keys == sorted(keys, key=lambda key: key.encode()), version
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="boto/", StartAfter="boto/many/9.txt", MaxKeys=1)
    assert after["KeyCount"] == 1 and after["IsTruncated"]
    top = s3.list_objects_v2(Bucket=BUCKET, Prefix="boto/", Delimiter="/")
    assert {one["Prefix"] for one in top["CommonPrefixes"]} >= {"boto/many/", "boto/sizes/"}


def large():
    s3.upload_file(LARGE, BUCKET, "boto-large/1", Config=PARTS)
    s3.copy({"Bucket": BUCKET, "Key": "boto-large/1"}, BUCKET, "boto-large/2", Config=PARTS)
    there = os.path.join(DIRECTORY, "large")
    s3.download_file(BUCKET, "boto-large/2", there, Config=PARTS)
    assert sha256(there) == sha256(LARGE)
    os.unlink(there)


def streams():
    s3.upload_fileobj(io.BytesIO(b"x" * (20 << 20)), BUCKET, "boto/stream", Config=PARTS)
    body = s3.get_object(Bucket=BUCKET, Key="boto/stream")["Body"]
    assert sum(len(chunk) for chunk in body.iter_chunks(1 << 16)) == 20 << 20
    s3.delete_object(Bucket=BUCKET, Key="boto/stream")


def keeps_headers():
    given = {
        "ContentType": "text/x-test",
        "CacheControl": "no-cache",
        "ContentDisposition": 'attachment; filename="a b.txt"',
        "ContentEncoding": "gzip",
        "Metadata": {"colour": "blue", "empty": ""},
    }
    s3.put_object(Bucket=BUCKET, Key="boto/kept", Body=b"hello world", **given)
    head = s3.head_object(Bucket=BUCKET, Key="boto/kept")
    assert {name: head[name] for name in given} == given, head
    s3.copy_object(
        Bucket=BUCKET,
        Key="boto/replaced",
        CopySource={"Bucket": BUCKET, "Key": "boto/kept"},
        MetadataDirective="REPLACE",
        Metadata={"colour": "red"},
        ContentType="text/css",
    )
    head = s3.head_object(Bucket=BUCKET, Key="boto/replaced")
    assert head["Metadata"] == {"colour": "red"} and head["ContentType"] == "text/css", head


def ranges():
    for given, expected in (("bytes=0-4", b"hello"), ("bytes=6-", b"world"), ("bytes=-3", b"rld")):
        assert s3.get_object(Bucket=BUCKET, Key="boto/kept", Range=given)["Body"].read() == expected
    refused = code_of(lambda: s3.get_object(Bucket=BUCKET, Key="boto/kept", Range="bytes=100-"))
    assert refused == "InvalidRange", refused


def conditions():
    etag = s3.head_object(Bucket=BUCKET, Key="boto/kept")["ETag"]
    assert s3.get_object(Bucket=BUCKET, Key="boto/kept", IfMatch=etag)["Body"].read() == b"hello world"
    assert code_of(lambda: s3.get_object(Bucket=BUCKET, Key="boto/kept", IfMatch='"no"')) == "PreconditionFailed"
    assert code_of(lambda: s3.get_object(Bucket=BUCKET, Key="boto/kept", IfNoneMatch=etag)) == "304"
    assert code_of(lambda: s3.head_object(Bucket=BUCKET, Key="boto/none")) == "404"
    assert code_of(lambda: s3.get_object(Bucket=BUCKET, Key="boto/none")) == "NoSuchKey"
    source = {"Bucket": BUCKET, "Key": "boto/kept"}
    copy = lambda **given: s3.copy_object(Bucket=BUCKET, Key="boto/copy", CopySource=source, **given)
    assert code_of(lambda: copy(CopySourceIfMatch='"no"')) == "PreconditionFailed"
    copy(CopySourceIfMatch=etag)


def multipart_by_hand():
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="boto/by hand", ContentType="text/x-parts")["UploadId"]
    name = {"Bucket": BUCKET, "Key": "boto/by hand", "UploadId": upload}
    first = s3.upload_part(PartNumber=1, Body=b"a" * (5 << 20), **name)["ETag"]
    second = s3.upload_part(PartNumber=2, Body=b"end", **name)["ETag"]
    parts = s3.list_parts(**name)["Parts"]
    assert [(part["PartNumber"], part["Size"]) for part in parts] == [(1, 5 << 20), (2, 3)], parts
    assert upload in [one["UploadId"] for one in s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])]
    wrong = [{"PartNumber": 1, "ETag": second}]
    assert code_of(lambda: s3.complete_multipart_upload(MultipartUpload={"Parts": wrong}, **name)) == "InvalidPart"
    done = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]
    answer = s3.complete_multipart_upload(MultipartUpload={"Parts": done}, **name)
    assert answer["Location"] and answer["ETag"]
    head = s3.head_object(Bucket=BUCKET, Key="boto/by hand")
    assert head["ContentLength"] == (5 << 20) + 3 and head["ContentType"] == "text/x-parts", head
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="boto/aborted")["UploadId"]
    name = {"Bucket": BUCKET, "Key": "boto/aborted", "UploadId": upload}
    s3.abort_multipart_upload(**name)
    assert code_of(lambda: s3.upload_part(PartNumber=1, Body=b"x", **name)) == "NoSuchUpload"


def presigned():
    url = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "boto/signed"})
    request = urllib.request.Request(url, data=b"by a link", method="PUT")
    assert urllib.request.urlopen(request).status == 200
    given = {"Bucket": BUCKET, "Key": "boto/signed", "ResponseContentType": "text/x-asked"}
    with urllib.request.urlopen(s3.generate_presigned_url("get_object", Params=given)) as answer:
        assert answer.read() == b"by a link"
        assert answer.headers["Content-Type"] == "text/x-asked", answer.headers["Content-Type"]


def buckets():
    assert BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    s3.head_bucket(Bucket=BUCKET)
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None
    assert code_of(lambda: s3.list_objects_v2(Bucket="no-such-bucket")) == "NoSuchBucket"
    s3.get_waiter("bucket_exists").wait(Bucket=BUCKET)
    s3.get_waiter("object_exists").wait(Bucket=BUCKET, Key="boto/kept")


def deletes():
    keys = [key for _, key in tree()]
    answer = s3.delete_objects(
        Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in [*keys, "boto/never there"]]}
    )
    assert len(answer["Deleted"]) == len(keys) + 1 and "Errors" not in answer, answer
    for prefix in ("boto/", "boto-large/"):
        boto3.resource("s3", endpoint_url=os.environ["ENDPOINT"], region_name="us-east-1").Bucket(
            BUCKET
        ).objects.filter(Prefix=prefix).delete()
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


globals()[sys.argv[1]]()
