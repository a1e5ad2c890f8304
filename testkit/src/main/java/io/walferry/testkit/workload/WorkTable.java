package io.walferry.testkit.workload;

import io.walferry.testkit.compare.TableName;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/** A table and the changes that suit it. What is drawn never depends on what is stored. */
sealed interface WorkTable permits KeyedTable, BagTable {
  TableName name();

  List<String> ddl();

  /** One change by that writer, to its own rows only; may turn out to touch no row. */
  void change(Sql sql, Random random, int writer) throws SQLException;

  /** A change of so many rows at once. */
  void changeMany(Sql sql, Random random, int writer, int rows) throws SQLException;
}
