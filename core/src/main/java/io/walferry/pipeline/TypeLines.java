package io.walferry.pipeline;

import io.walferry.change.Column;
import io.walferry.publication.PrintedType;
import io.walferry.publication.PrintedType.Part;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.snapshot.LedgerText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Keeps in the ledger of one destination how types printed when rows that have them were brought.
 * Belongs to the pipeline's thread.
 */
final class TypeLines {
  private static final int HEAD = 2;
  private static final int FIELDS_OF_PART = 3;

  /** Begins the line of an enum. */
  private static final String LABELS = "e";

  /** Begins the line of a composite type. */
  private static final String ATTRIBUTES = "c";

  private final FeedEnds ends;
  private final Map<Integer, PrintedType> types = new HashMap<>();

  /** Holds the types of columns of which it is known what they are made of. */
  private final Set<Integer> met = new HashSet<>();

  TypeLines(FeedEnds ends) {
    this.ends = ends;
  }

  /** Takes what the ledger says. */
  void know(Collection<PrintedType> noted) {
    noted.forEach(type -> types.put(type.oid(), type));
  }

  /** Finds what the ledger says of a type. */
  Optional<PrintedType> find(int oid) {
    return Optional.ofNullable(types.get(oid));
  }

  /** Returns the types of columns that somebody may alter. */
  static Set<Integer> alterable(Collection<Column> columns) {
    return columns.stream()
        .map(Column::typeOid)
        .filter(PrintedType::isOfUsers)
        .collect(Collectors.toSet());
  }

  /**
   * Has the ledger say how the types of columns print now, as far as it says nothing of them: rows
   * that have them are about to be brought.
   */
  void meet(Collection<Column> columns) {
    Set<Integer> unmet = alterable(columns);
    unmet.removeAll(met);
    for (List<PrintedType> parts : PrintedType.read(ends.sql(), unmet).values()) {
      parts.stream().filter(type -> find(type.oid()).isEmpty()).forEach(this::note);
    }
    met.addAll(unmet);
  }

  /**
   * Forgets the types that no followed column has any more: when one has them again, its rows print
   * as the types do then.
   *
   * @param columns types of columns that are followed
   * @param parts all that these are made of
   */
  void retain(Set<Integer> columns, Set<Integer> parts) {
    met.retainAll(columns);
    types.keySet().retainAll(parts);
  }

  /** Has the ledger say how a type prints now. */
  void note(PrintedType type) {
    types.put(type.oid(), type);
    ends.sink().note(List.of(line(type)));
  }

  private static LedgerEntry line(PrintedType type) {
    List<String> fields = new ArrayList<>();
    fields.add(type.labels() ? LABELS : ATTRIBUTES);
    fields.add(type.name());
    type.parts()
        .forEach(
            (number, part) -> {
              fields.add(Long.toString(number));
              fields.add(part.name());
              fields.add(part.type());
            });
    return new LedgerEntry(
        FeedLedger.FEED, Kind.TYPE, Integer.toUnsignedString(type.oid()), LedgerText.of(fields));
  }

  /** Reads a line that {@link #note} has written. */
  static PrintedType parse(LedgerEntry line) {
    List<String> fields = LedgerText.fields(line.content());
    SortedMap<Long, Part> parts = new TreeMap<>();
    for (int at = HEAD; at < fields.size(); at += FIELDS_OF_PART) {
      parts.put(Long.parseLong(fields.get(at)), new Part(fields.get(at + 1), fields.get(at + 2)));
    }
    return new PrintedType(
        Integer.parseUnsignedInt(line.part()),
        fields.get(1),
        fields.getFirst().equals(LABELS),
        parts);
  }
}
