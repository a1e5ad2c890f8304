package io.walferry.pgoutput;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.testkit.postgres.Database;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real servers send is what the statements did. */
final class PgOutputServerTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  @ParameterizedTest
  @FieldSource("MAJORS")
  void decodesEachReplicaIdentity(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      PeekedSlot slot = PeekedSlot.create(database, false);
      database.execute(
          """
          create table keyed (id int primary key, a text);
          insert into keyed values (1, 'größ'), (2, null);
          update keyed set a = '' where id = 1;
          update keyed set id = 3 where id = 2;
          delete from keyed where id = 1;
          create table whole (id int, a text);
          alter table whole replica identity full;
          insert into whole values (1, 'a');
          update whole set a = 'b';
          delete from whole;
          create table indexed (a int, b int not null unique);
          alter table indexed replica identity using index indexed_b_key;
          insert into indexed values (1, 2);
          delete from indexed;
          """);

      assertEquals(
          List.of(
              "begin",
              "relation public.keyed DEFAULT id* a",
              "insert public.keyed (1, größ)",
              "insert public.keyed (2, NULL)",
              "update public.keyed (1, )",
              "update public.keyed key (2, NULL) (3, NULL)",
              "delete public.keyed key (1, NULL)",
              "relation public.whole FULL id* a*",
              "insert public.whole (1, a)",
              "update public.whole full (1, a) (1, b)",
              "delete public.whole full (1, b)",
              "relation public.indexed INDEX a b*",
              "insert public.indexed (1, 2)",
              "delete public.indexed key (NULL, 2)",
              "commit"),
          slot.lines(1));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void decodesTypesTruncatesMessagesOriginsAndUnchangedColumns(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      PeekedSlot slot = PeekedSlot.create(database, false);
      database.execute("select pg_replication_origin_create('%s')".formatted(database.name()));
      database.execute(
          """
          create type mood as enum ('fine');
          create table big (id int primary key, m mood, body text);
          alter table big alter column body set storage external;
          create table child (id int references big);
          """);
      database.execute("insert into big values (1, 'fine', repeat('x', 5000))");
      database.execute("update big set m = null");
      database.execute("truncate big restart identity cascade");
      database.execute("select pg_logical_emit_message(true, 'a', 'in'::bytea)");
      database.execute("select pg_logical_emit_message(false, 'b', '\\x00ff'::bytea)");
      database.execute(
          """
          select pg_replication_origin_session_setup('%1$s');
          begin;
          select pg_replication_origin_xact_setup('0/5', now());
          insert into big values (2, null, null);
          commit;
          select pg_replication_origin_session_reset();
          select pg_replication_origin_drop('%1$s');
          """
              .formatted(database.name()));

      assertEquals(
          List.of(
              "begin|type public.mood|relation public.big DEFAULT id* m body",
              "insert public.big (1, fine, long)|commit",
              "begin|update public.big (1, NULL, unchanged)|commit",
              "begin|relation public.child DEFAULT id",
              "truncate cascade restart identity [public.big, public.child]|commit",
              "begin|message a 696e|commit",
              "free message b 00ff",
              "begin|origin " + database.name(),
              "insert public.big (2, NULL, NULL)|commit"),
          joined(slot.lines(1, "messages", "true")));
    }
  }

  /** Joins lines as the test above does, without what a server may announce once more. */
  private static List<String> joined(List<String> lines) {
    String announced = "type public.mood|relation public.big DEFAULT id* m body|";
    String all =
        String.join("|", lines)
            .replaceAll("(^|\\|)begin\\|commit(?=\\||$)", "")
            .replaceFirst("^\\|", "");
    int second = all.indexOf(announced) + announced.length();
    all = all.substring(0, second) + all.substring(second).replace(announced, "");
    return List.of(all.split("\\|(?=insert|begin|truncate|free)", -1));
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void decodesBinaryColumns(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      PeekedSlot slot = PeekedSlot.create(database, false);
      database.execute("create table t (id int primary key, a bigint, b text, c bytea)");
      database.execute("insert into t values (1, -1, 'x', '\\x00ff'), (2, null, '', '')");
      database.execute("delete from t where id = 2");

      List<String> lines = slot.lines(1, "binary", "true");

      assertTrue(
          lines.containsAll(
              List.of(
                  "insert public.t (0x00000001, 0xffffffffffffffff, 0x78, 0x00ff)",
                  "insert public.t (0x00000002, NULL, 0x, 0x)",
                  "delete public.t key (0x00000002, NULL, NULL, NULL)")),
          lines::toString);
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void decodesStreamedTransactionsWithSubTransactions(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      PeekedSlot slot = PeekedSlot.create(database, false);
      database.execute("create table t (id int primary key, a text)");
      database.execute(
          """
          begin;
          insert into t select n, repeat('x', 50) from generate_series(1, 3000) n;
          savepoint s;
          insert into t select n, repeat('y', 50) from generate_series(3001, 6000) n;
          release s;
          truncate t;
          commit;
          """);

      List<String> lines =
          slot.lines(2, "streaming", "on").stream()
              .filter(line -> !line.equals("begin") && !line.equals("commit"))
              .toList();

      assertEquals("stream x0 first", lines.getFirst());
      assertEquals("x0: relation public.t DEFAULT id* a", lines.get(1));
      assertEquals("x0: insert public.t (1, long)", lines.get(2));
      assertEquals(3000, lines.stream().filter(l -> l.startsWith("x0: insert")).count());
      assertEquals(3000, lines.stream().filter(l -> l.startsWith("x1: insert")).count());
      assertTrue(lines.contains("truncate [public.t]"));
      assertEquals("stream commit x0", lines.getLast());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 16, 17, 18})
  void decodesPreparedTransactionsWholeAndStreamed(int major) throws SQLException {
    try (Database database = SharedServers.database(major)) {
      PeekedSlot slot = PeekedSlot.create(database, true);
      String gid = database.name();
      database.execute("create table t (id int primary key, a text)");
      database.execute(
          "begin; insert into t values (1, 'a'); prepare transaction '%s'".formatted(gid));
      database.execute("commit prepared '%s'".formatted(gid));
      database.execute(
          "begin; insert into t values (2, 'b'); prepare transaction '%s-2'".formatted(gid));
      database.execute("rollback prepared '%s-2'".formatted(gid));
      database.execute(
          """
          begin;
          insert into t select n, repeat('x', 50) from generate_series(10, 3000) n;
          prepare transaction '%s-3'
          """
              .formatted(gid));

      List<String> lines = slot.lines(3, "two_phase", "on", "streaming", "on");

      assertEquals(
          List.of(
              "begin prepare " + gid,
              "prepare " + gid,
              "commit prepared " + gid,
              "stream x0 first",
              "stop",
              "stream prepare " + gid + "-3"),
          lines.stream()
              .filter(
                  line ->
                      line.matches(
                          "(begin prepare|prepare|.*prepared|.* first|stop|stream prepare).*"))
              .filter(line -> !line.contains("-2"))
              .distinct()
              .toList());
      assertTrue(lines.contains("rollback prepared " + gid + "-2"), lines::toString);
    }
  }
}
