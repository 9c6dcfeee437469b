#!/bin/bash
# CONNECT_BOOTSTRAP_SERVERS=… becomes bootstrap.servers=…, and so on; then the worker takes over.
set -eu
file=/tmp/connect.properties
env | grep '^CONNECT_' | while IFS='=' read -r name value; do
  key=${name#CONNECT_}
  key=${key,,}
  printf '%s=%s\n' "${key//_/.}" "$value"
done > "$file"
exec java -Dlog4j2.level=WARN -cp '/opt/connect/kafka/*' \
  org.apache.kafka.connect.cli.ConnectDistributed "$file"
