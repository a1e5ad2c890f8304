package io.walferry.library;

import io.walferry.checkpoint.FileCheckpointStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A program to be killed: writes every event of table t into a SQLite file, each at once, without
 * any transaction with its checkpoint.
 */
final class LibraryMain {
  private LibraryMain() {}

  /** Takes the source's URI, the feed's name, the checkpoint and the database. */
  public static void main(String[] arguments) throws Exception {
    try (Connection sqlite = DriverManager.getConnection("jdbc:sqlite:" + arguments[3]);
        Walferry feed =
            Feeds.of(arguments[0], arguments[1])
                .tables("public.t")
                .checkpoint(new FileCheckpointStore(Path.of(arguments[2])))
                .callbacks(on -> callbacks(on, sqlite))
                .build()) {
      execute(sqlite, "pragma synchronous = off", List.of());
      execute(sqlite, "create table if not exists t (id integer primary key, v text)", List.of());
      execute(
          sqlite,
          "create table if not exists told (lsn text, ordinal integer, snapshot integer)",
          List.of());
      feed.start();
      Optional<Object> said = Optional.empty();
      while (!feed.awaitStopped(java.time.Duration.ofMillis(5))) {
        Optional<Object> now = feed.progress().durable().map(it -> it.endLsn());
        if (!now.equals(said)) {
          said = now;
          System.out.println("durable " + now.orElseThrow());
        }
      }
      System.out.println("failed " + feed.lastError());
    }
  }

  private static void callbacks(Callbacks on, Connection sqlite) {
    on.every(
            event -> {
              if (event instanceof Event.RowChange) {
                Origin origin = event.origin();
                execute(
                    sqlite,
                    "insert into told values (?, ?, ?)",
                    List.of(origin.lsn().toString(), origin.ordinal(), origin.snapshot() ? 1 : 0));
              }
            })
        .insert("*.*", it -> put(sqlite, it.row().getInt("id"), it.row().getString("v")))
        .update("*.*", it -> put(sqlite, it.row().getInt("id"), it.row().getString("v")))
        .delete(
            "*.*",
            it -> execute(sqlite, "delete from t where id = ?", List.of(it.old().getInt("id"))))
        .truncate("*.*", it -> execute(sqlite, "delete from t", List.of()));
  }

  private static void put(Connection sqlite, int id, String value) throws SQLException {
    execute(sqlite, "insert or replace into t values (?, ?)", List.of(id, value));
  }

  private static void execute(Connection sqlite, String sql, List<Object> values)
      throws SQLException {
    List<Object> all = new ArrayList<>(values);
    try (PreparedStatement statement = sqlite.prepareStatement(sql)) {
      for (int i = 0; i < all.size(); i++) {
        statement.setObject(i + 1, all.get(i));
      }
      var unused = statement.execute();
    }
  }
}
