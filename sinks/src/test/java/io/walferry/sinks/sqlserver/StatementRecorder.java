package io.walferry.sinks.sqlserver;

import io.walferry.sinks.sql.SqlSession;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A session without a server: its statements are remembered, and find nothing to change. Used by
 * one thread.
 */
final class StatementRecorder {
  private final Set<String> statements = new LinkedHashSet<>();
  private final List<List<Object>> batched = new ArrayList<>();
  private final Function<String, List<List<String>>> answers;
  private final SqlSession session;

  /**
   * Nothing is recorded yet.
   *
   * @param answers the rows of each query
   */
  StatementRecorder(Function<String, List<List<String>>> answers) {
    this.answers = answers;
    this.session =
        new SqlSession("sa@localhost/shop", new SqlServerErrors("shop"), this::connection);
    session.connect();
  }

  SqlSession session() {
    return session;
  }

  /** Each once, in the order in which they came for the first time; forgets them. */
  List<String> take() {
    List<String> taken = List.copyOf(statements);
    statements.clear();
    return taken;
  }

  /** The parameters of each call that was put into a batch. */
  List<List<Object>> batched() {
    return List.copyOf(batched);
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    Class<?>[] types = {type};
    return type.cast(
        Proxy.newProxyInstance(StatementRecorder.class.getClassLoader(), types, handler));
  }

  private Connection connection() {
    AtomicBoolean autoCommit = new AtomicBoolean(true);
    return proxy(
        Connection.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "prepareStatement" -> statement(String.valueOf(arguments[0]));
              case "getAutoCommit" -> autoCommit.get();
              case "setAutoCommit" -> {
                autoCommit.set((Boolean) arguments[0]);
                yield nothing();
              }
              default -> nothing();
            });
  }

  private PreparedStatement statement(String sql) {
    statements.add(sql);
    Map<Integer, Object> parameters = new TreeMap<>();
    return proxy(
        PreparedStatement.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "executeUpdate" -> 0;
              case "setObject" -> parameters.put((Integer) arguments[0], arguments[1]);
              case "addBatch" -> batched.add(List.copyOf(parameters.values()));
              case "executeQuery" -> rows(answers.apply(sql));
              default -> nothing();
            });
  }

  private static ResultSet rows(List<List<String>> rows) {
    AtomicInteger read = new AtomicInteger();
    return proxy(
        ResultSet.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "next" -> read.getAndIncrement() < rows.size();
              case "getString" -> value(rows, read, arguments);
              case "getInt" -> Integer.valueOf(value(rows, read, arguments));
              case "getLong" -> Long.valueOf(value(rows, read, arguments));
              default -> nothing();
            });
  }

  private static String value(List<List<String>> rows, AtomicInteger read, Object[] arguments) {
    return rows.get(read.get() - 1).get((Integer) arguments[0] - 1);
  }

  /** What a method without a result gives back. */
  @SuppressWarnings("NullAway") // Reflection has no other word for it.
  private static Object nothing() {
    return Optional.empty().orElse(null);
  }
}
