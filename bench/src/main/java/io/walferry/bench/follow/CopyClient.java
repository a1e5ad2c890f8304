package io.walferry.bench.follow;

import io.walferry.bench.process.Conversation;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * A table by hand: a binary COPY out of one server right into a binary COPY of the other, for each
 * of some equal ranges of its key {@code id} in a thread and a transaction of its own. It takes for
 * granted that nobody writes.
 */
public final class CopyClient {
  private final FollowTask task;
  private final String table;

  private CopyClient(FollowTask task, String table) {
    this.task = task;
    this.table = table;
  }

  public static void main(String[] arguments) throws Exception {
    CopyClient client = new CopyClient(FollowTask.of(arguments), arguments[5]);
    int ranges = Integer.parseInt(arguments[6]);
    Conversation.reportBegin();
    Conversation.reportEnd(client.copy(ranges));
  }

  private long copy(int ranges) throws SQLException, InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newFixedThreadPool(ranges)) {
      List<Future<Long>> copies = new ArrayList<>();
      for (String condition : conditions(ranges)) {
        copies.add(threads.submit(() -> copy(condition)));
      }
      long rows = 0;
      for (Future<Long> copy : copies) {
        rows += copy.get();
      }
      return rows;
    }
  }

  private List<String> conditions(int ranges) throws SQLException {
    if (ranges == 1) {
      return List.of("true");
    }
    try (Connection source = task.source().connect();
        Statement statement = source.createStatement();
        ResultSet row = statement.executeQuery("select min(id), max(id) from " + table)) {
      row.next();
      long first = row.getLong(1);
      long width = (row.getLong(2) - first) / ranges + 1;
      List<String> conditions = new ArrayList<>();
      for (int range = 0; range < ranges; range++) {
        long from = first + range * width;
        conditions.add("id >= %d and id < %d".formatted(from, from + width));
      }
      return conditions;
    }
  }

  private long copy(String condition) throws SQLException, IOException {
    try (Connection source = task.source().connect();
        Connection destination = task.destination().connect()) {
      CopyOut out =
          source
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyOut(
                  "copy (select * from %s where %s) to stdout (format binary)"
                      .formatted(table, condition));
      CopyIn in =
          destination
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("copy %s from stdin (format binary)".formatted(table));
      for (byte[] next = out.readFromCopy(); next != null; next = out.readFromCopy()) {
        in.writeToCopy(next, 0, next.length);
      }
      return in.endCopy();
    }
  }
}
