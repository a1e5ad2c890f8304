package io.walferry.bench.compare;

import io.walferry.bench.apply.HandMysqlClient;
import io.walferry.bench.apply.HandPostgresClient;
import io.walferry.bench.apply.HandSqliteClient;
import io.walferry.bench.apply.SinkClient;
import java.util.ArrayList;
import java.util.List;

/** Everybody who can apply a log, in the order of their turns. */
final class ApplyClients {
  private static final String WITHOUT_LOCAL = "set global local_infile = 0";
  private static final String WITH_LOCAL = "set global local_infile = 1";

  private ApplyClients() {}

  static List<ApplyClient> of(ApplyDestination destination) {
    return switch (destination) {
      case MYSQL, MARIADB -> mysql(destination);
      case POSTGRES ->
          List.of(
              ours("sink", destination),
              workers(destination),
              new ApplyClient("arrays", destination, HandPostgresClient.class, "arrays"),
              new ApplyClient("copy", destination, HandPostgresClient.class, "copy").forInserts());
      case SQLITE ->
          List.of(
              ours("sink", destination),
              new ApplyClient("prepared-upserts", destination, HandSqliteClient.class));
    };
  }

  private static List<ApplyClient> mysql(ApplyDestination destination) {
    List<ApplyClient> clients = new ArrayList<>();
    clients.add(ours("sink", destination).where(WITH_LOCAL));
    clients.add(workers(destination).where(WITH_LOCAL));
    clients.add(byHand("load-data-staged", destination, "staged").where(WITH_LOCAL));
    clients.add(byHand("load-data-direct", destination, "direct").where(WITH_LOCAL).forInserts());
    clients.add(ours("sink-without-local", destination).where(WITHOUT_LOCAL));
    clients.add(byHand("multi-row", destination, "multirow").where(WITHOUT_LOCAL));
    return clients;
  }

  private static ApplyClient ours(String name, ApplyDestination destination) {
    return new ApplyClient(Client.OURS + name, destination, SinkClient.class);
  }

  private static ApplyClient workers(ApplyDestination destination) {
    return new ApplyClient(Client.OURS + "sink-2-workers", destination, SinkClient.class, "2");
  }

  private static ApplyClient byHand(String name, ApplyDestination destination, String way) {
    return new ApplyClient(name, destination, HandMysqlClient.class, way);
  }
}
