package io.walferry.sinks.mysql;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.table;

import io.walferry.error.ErrorCode;
import io.walferry.sinks.SourceTable;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.testkit.junit.MysqlExtension;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import java.sql.SQLException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sees that what a server has set for all sessions changes nothing of what arrives. */
@Postgres
@ExtendWith(MysqlExtension.class)
final class UnusualServerTest {
  @ParameterizedTest
  @EnumSource
  void everyValueComesBackAndNoneIsCut(MysqlFlavor flavor, MysqlServers servers, Database source)
      throws SQLException {
    servers.obstacle(flavor).ifPresent(Assumptions::abort);
    SourceTable narrow = table("narrow").key("id", INT4).column("name", TEXT).build();
    // The server goes with all that it has; its sessions cannot drop the database.
    try (MysqlServer server = MysqlServer.builder(flavor).start()) {
      MysqlDatabase destination = server.createDatabase("unusual");
      destination.execute("CREATE TABLE narrow (id int PRIMARY KEY, name varchar(3))");
      UnusualServer.make(destination);
      MysqlTypesTest.loadAndWriteAgain(
          source, destination, MysqlTypesTest.everywhere(LossPolicy.TEXT), true);
      try (MysqlSink sink = MysqlFixture.following(destination, narrow)) {
        refused(ErrorCode.DESTINATION_ROW_REFUSED, () -> load(sink, narrow, line("1", "abcdef")));
      }
    }
  }
}
