package io.walferry.publication;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which rows of tables a publication is to carry: row filters that it gets when it is made. One
 * that exists sends what its owner has chosen, whatever these say.
 *
 * @param conditions in SQL of the source, by the table as the publication names it
 */
public record RowFilters(Map<TableId, String> conditions) {
  /** Every row of each table. */
  public static final RowFilters NONE = new RowFilters(Map.of());

  /** The first version whose publications have row filters. */
  public static final int SINCE = 15;

  public RowFilters {
    conditions = Collections.unmodifiableMap(new TreeMap<>(conditions));
  }

  public boolean isEmpty() {
    return conditions.isEmpty();
  }

  /** Tables with a filter here that are not among these. */
  public List<TableId> besides(Collection<TableId> tables) {
    return conditions.keySet().stream().filter(table -> !tables.contains(table)).toList();
  }

  /** Tables with a filter here that a publication which carries these has no row filter for. */
  public List<TableId> lackingIn(Collection<PublishedTable> published) {
    Set<TableId> filtered =
        published.stream()
            .filter(table -> table.rowFilter().isPresent())
            .map(PublishedTable::table)
            .collect(Collectors.toSet());
    return besides(filtered);
  }

  /**
   * Checks that a server has row filters at all.
   *
   * @throws WalferryException {@code CONFIGURATION_INVALID}
   */
  public void requireServer(int major) {
    if (!isEmpty() && major < SINCE) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "'source.where' needs PostgreSQL "
              + SINCE
              + " or later, and the source is "
              + major
              + ": use 'where' in 'transforms' of a sink, a condition in CEL");
    }
  }

  /** The table and its filter, as statements on publications have them. */
  String entry(TableId table) {
    return table.quoted()
        + Optional.ofNullable(conditions.get(table)).map(RowFilters::clause).orElse("");
  }

  /** A comment at the condition's end must not hide what comes behind it. */
  private static String clause(String condition) {
    return " WHERE (" + condition + (condition.contains("--") ? "\n)" : ")");
  }
}
