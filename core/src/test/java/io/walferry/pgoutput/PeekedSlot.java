package io.walferry.pgoutput;

import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A slot and a publication of all tables in a database, read by SQL as often as one likes. */
record PeekedSlot(Database database, String slot) {
  static PeekedSlot create(Database database, boolean twoPhase) throws SQLException {
    // Decoding ends at what the server has flushed.
    database.execute(
        "alter database \"%s\" set synchronous_commit = on".formatted(database.name()));
    database.execute("create publication p for all tables");
    database.execute(
        "select pg_create_logical_replication_slot('%s', 'pgoutput', false, %s)"
            .formatted(database.name(), twoPhase));
    return new PeekedSlot(database, database.name());
  }

  /** What the server sends with these options, decoded. */
  List<PgOutputMessage> messages(int protocol, String... options) throws SQLException {
    List<String> all = new ArrayList<>(List.of("proto_version", Integer.toString(protocol)));
    all.addAll(List.of("publication_names", "p"));
    all.addAll(List.of(options));
    try (Connection connection = database.connect();
        Statement settings = connection.createStatement();
        PreparedStatement peek =
            connection.prepareStatement(
                "select data from pg_logical_slot_peek_binary_changes(?, null, null, variadic"
                    + " ?)")) {
      settings.execute("set logical_decoding_work_mem = '64kB'");
      peek.setString(1, slot);
      peek.setArray(2, connection.createArrayOf("text", all.toArray()));
      PgOutputDecoder decoder = new PgOutputDecoder(protocol);
      List<PgOutputMessage> messages = new ArrayList<>();
      try (ResultSet rows = peek.executeQuery()) {
        while (rows.next()) {
          byte[] data = rows.getBytes(1);
          messages.add(decoder.decode(data, 0, data.length));
        }
      }
      return messages;
    }
  }

  List<String> lines(int protocol, String... options) throws SQLException {
    return Described.all(messages(protocol, options));
  }
}
