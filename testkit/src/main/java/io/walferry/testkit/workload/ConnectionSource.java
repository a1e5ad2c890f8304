package io.walferry.testkit.workload;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens a new connection each time; the caller closes it. */
@FunctionalInterface
public interface ConnectionSource {
  Connection open() throws SQLException;
}
