package io.walferry.library;

import io.walferry.change.TableId;
import io.walferry.library.Route.Kind;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Which callbacks an event goes to. For the thread that delivers. */
final class Routes {
  private final List<Route> all;
  private final Map<Kind, Map<TableId, List<Route>>> ofTables = new EnumMap<>(Kind.class);

  Routes(List<Route> all) {
    this.all = all;
  }

  List<Route> of(Kind kind) {
    return ofKind(kind).toList();
  }

  List<Route> of(Kind kind, TableId table) {
    return ofTables
        .computeIfAbsent(kind, unseen -> new HashMap<>())
        .computeIfAbsent(
            table, name -> ofKind(kind).filter(route -> route.tables().admits(name)).toList());
  }

  List<Route> ofTruncate(List<TableId> tables) {
    return ofKind(Kind.TRUNCATE)
        .filter(route -> tables.stream().anyMatch(route.tables()::admits))
        .toList();
  }

  List<Route> ofMessage(String prefix) {
    return ofKind(Kind.MESSAGE)
        .filter(route -> route.prefix().filter(it -> !it.equals(prefix)).isEmpty())
        .toList();
  }

  private Stream<Route> ofKind(Kind kind) {
    return all.stream().filter(route -> route.kind() == kind);
  }
}
