package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.TlsServer;
import io.walferry.change.Lsn;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.wait.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Linux says of our end of a connection. */
@EnabledOnOs(OS.LINUX)
final class KeepAliveTest {
  private static final String PORT_OF_SENDER =
      "SELECT client_port FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid"
          + " WHERE slot_name = 'keep_alive'";
  private static final String ESTABLISHED = "01";
  private static final String KEEP_ALIVE = "02:";

  /** Of a second, in what Linux shows. */
  private static final int TICKS = 100;

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "'',                   10,   30",
    "?keepalives=1,        10,   30",
    "?keepalives_idle=200, 180,  200",
  })
  void aQuietConnectionIsLookedAfterInTime(String options, int least, int most) throws Exception {
    try (Database database = SharedServers.database(14)) {
      assertLookedAfter(database, options, least, most);
    }
  }

  @Test
  void soIsOneUnderTls() throws Exception {
    try (TlsServer server = TlsServer.start(14, directory, List.of());
        Database database = server.database()) {
      assertLookedAfter(database, "?sslmode=require", 10, 30);
    }
  }

  @Test
  void itCanBeSwitchedOff() throws Exception {
    try (Database database = SharedServers.database(14);
        Connection connection = connector(database, "?keepalives=0").connect()) {
      String port = answer(connection, "SELECT inet_client_port()");
      assertTrue(timers(port).noneMatch(timer -> timer.startsWith(KEEP_ALIVE)));
    }
  }

  private static void assertLookedAfter(Database database, String options, int least, int most)
      throws Exception {
    database.execute("CREATE PUBLICATION nothing");
    PostgresConnector connector = connector(database, options);
    try (Connection connection = connector.connect();
        ReplicationConnection replication = ReplicationConnection.open(connector)) {
      String slot = replication.createSlot("keep_alive", SlotKind.TEMPORARY).name();
      assertTimer(answer(connection, "SELECT inet_client_port()"), least, most);
      try (ChangeStream stream =
          replication.stream(slot, "nothing", Lsn.ZERO, StreamSettings.DEFAULT)) {
        String port = answer(connection, PORT_OF_SENDER);
        assertTimer(port, least, most);
        stream.interrupt();
      }
    }
  }

  /** Until it is set, another timer waits for what was sent last to be acknowledged. */
  private static void assertTimer(String port, int least, int most) throws IOException {
    String left =
        Await.until(
                "port " + port + " has a keep-alive timer",
                Duration.ofSeconds(20),
                () -> timers(port).filter(text -> text.startsWith(KEEP_ALIVE)).findFirst(),
                Optional::isPresent)
            .orElseThrow();
    int seconds = Integer.parseInt(left.substring(KEEP_ALIVE.length()), 16) / TICKS;
    assertTrue(seconds >= least && seconds <= most, left);
  }

  /** The timer and its time of the open connection from a port. */
  private static Stream<String> timers(String port) throws IOException {
    String local = ":%04X".formatted(Integer.parseInt(port));
    List<String> lines = new ArrayList<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      lines.addAll(Files.readAllLines(Path.of(table)));
    }
    return lines.stream()
        .map(line -> line.strip().split(" +", -1))
        .filter(fields -> fields[1].endsWith(local) && fields[3].equals(ESTABLISHED))
        .map(fields -> fields[5]);
  }

  private static PostgresConnector connector(Database database, String options) {
    return new PostgresConnector(
        ConnectionSettings.parse(database.uri() + options, Map.of()), "test");
  }

  private static String answer(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      assertTrue(result.next());
      return result.getString(1);
    }
  }
}
