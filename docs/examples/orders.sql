CREATE TABLE orders_src (
  id BIGINT,
  total DECIMAL(10, 2),
  PRIMARY KEY (id) NOT ENFORCED
) WITH (
  'connector' = 'postgres-cdc',
  'hostname' = 'pg.shop.example',
  'username' = 'smt',
  'password' = 'change-me',
  'database-name' = 'shop',
  'schema-name' = 'public',
  'table-name' = 'orders',
  'decoding.plugin.name' = 'pgoutput',
  'scan.incremental.snapshot.enabled' = 'true',
  'slot.name' = 'flink-orders',
  'publication.name' = 'shop_pub',
  'debezium.publication.autocreate.mode' = 'disabled',
  'scan.startup.mode' = 'lastest-offset'
);
