package io.walferry.transform;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.RowSearch;
import java.util.List;
import java.util.function.Consumer;

/** Looks for rows where their table and its columns have other names. */
public final class TransformedRowSearch implements RowSearch {
  private final RowSearch search;
  private final Planner planner;

  public TransformedRowSearch(RowSearch search, TransformSettings settings) {
    this.search = search;
    this.planner = new Planner(settings);
  }

  @Override
  public String display() {
    return search.display();
  }

  /**
   * {@inheritDoc}
   *
   * <p>The condition is about the destination's names and values. Keys that were changed on their
   * way cannot be told as the source knows them.
   */
  @Override
  public void find(
      PublishedTable table, List<String> key, String condition, Consumer<List<String>> found) {
    PublishedPlan plan = PublishedPlan.of(table, planner);
    if (plan.changes(key)) {
      throw new WalferryException(
          ErrorCode.CONDITION_INVALID,
          "the key of table "
              + table
              + " is changed on its way to "
              + display()
              + ", so that rows there cannot be told by it; have the whole table read again");
    }
    search.find(plan.target(), plan.names(key), condition, found);
  }
}
