package io.walferry.publication;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An index of a published table, as the catalog knows it.
 *
 * @param keyColumns of an ordinary B-tree, in its order; empty for one of another kind, of
 *     expressions or of some rows only, and where a column of them is not published
 * @param columns all that it looks at
 * @param definition what follows the table's name in {@code CREATE INDEX}; empty where it does not
 *     hold, since a column is not published or is another one at the destination
 */
public record SourceIndex(
    String name, List<String> keyColumns, Set<String> columns, Optional<String> definition) {
  public SourceIndex {
    keyColumns = List.copyOf(keyColumns);
    columns = Set.copyOf(columns);
  }

  /** The same as far as it needs none but these columns. */
  SourceIndex of(List<String> published) {
    return new SourceIndex(
        name,
        published.containsAll(keyColumns) ? keyColumns : List.of(),
        columns,
        definition.filter(text -> published.containsAll(columns)));
  }

  @Override
  public String toString() {
    return name;
  }
}
