package io.walferry.testkit.workload;

import io.walferry.testkit.compare.TableName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A table without a key that holds equal rows; its replica identity is the full row. */
record BagTable(TableName name) implements WorkTable {
  private static final int NUMBERS = 12;

  /** One statement that changes equal rows by the thousand is as many changes for who follows. */
  private static final int FEWER = 4;

  private static final Sampler TEXT = Sampler.oneOf("a", "b", "", "it's", "日本", "\\N");

  @Override
  public List<String> ddl() {
    return List.of(
        "create table %s (writer int, n int, v text)".formatted(name.sql()),
        "alter table %s replica identity full".formatted(name.sql()));
  }

  @Override
  public void change(Sql sql, Random random, int writer) throws SQLException {
    String number = Integer.toString(random.nextInt(NUMBERS));
    List<Optional<String>> place = List.of(Optional.of("" + writer), Optional.of(number));
    Optional<String> value = TEXT.draw(random);
    switch (random.nextInt(6)) {
      case 0, 1, 2 -> sql.update(insertSql(), row(writer, number, value));
      case 3 -> sql.update(onOneOf("update %1$s set v = ? where"), with(value, place));
      case 4 -> sql.update(onOneOf("delete from %1$s where"), place);
      default ->
          sql.update(
              "update %s set v = ? where writer = cast(? as int) and n = cast(? as int)"
                  .formatted(name.sql()),
              with(value, place));
    }
  }

  @Override
  public void changeMany(Sql sql, Random random, int writer, int rows) throws SQLException {
    if (random.nextInt(2) == 0) {
      List<Optional<String>> self = List.of(Optional.of("" + writer));
      sql.update("delete from %s where writer = cast(? as int)".formatted(name.sql()), self);
    }
    var batch = new ArrayList<List<Optional<String>>>();
    for (int i = 0; i < rows / FEWER; i++) {
      batch.add(row(writer, "" + random.nextInt(NUMBERS), TEXT.draw(random)));
    }
    sql.updateAll(insertSql(), batch);
  }

  private String insertSql() {
    return "insert into %s values (cast(? as int), cast(? as int), ?)".formatted(name.sql());
  }

  /** One of several equal rows: which one makes no difference to the contents. */
  private String onOneOf(String head) {
    return (head
            + " ctid = (select ctid from %1$s where writer = cast(? as int) and n = cast(? as int)"
            + " order by v nulls first limit 1)")
        .formatted(name.sql());
  }

  private static List<Optional<String>> row(int writer, String number, Optional<String> value) {
    return List.of(Optional.of("" + writer), Optional.of(number), value);
  }

  private static List<Optional<String>> with(Optional<String> value, List<Optional<String>> place) {
    var parameters = new ArrayList<Optional<String>>();
    parameters.add(value);
    parameters.addAll(place);
    return parameters;
  }
}
