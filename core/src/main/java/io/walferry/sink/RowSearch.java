package io.walferry.sink;

import io.walferry.publication.PublishedTable;
import java.util.List;
import java.util.function.Consumer;

/** Looks at a destination for rows, beside the feed and without taking it over. */
public interface RowSearch {
  /** What a user calls the destination. */
  String display();

  /**
   * Finds the rows for which a condition holds there.
   *
   * @param key columns whose values are told, column by column as PostgreSQL prints them
   * @param condition in the destination's own SQL; nothing but one expression is evaluated, and
   *     nothing is written
   * @throws io.walferry.error.WalferryException {@code CONDITION_INVALID} if it means nothing there
   */
  void find(PublishedTable table, List<String> key, String condition, Consumer<List<String>> found);
}
