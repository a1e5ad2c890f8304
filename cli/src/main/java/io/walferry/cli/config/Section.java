package io.walferry.cli.config;

import io.walferry.error.DidYouMean;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of the file. Whoever reads it asks for keys; a key that nobody has asked for until
 * {@link #finish} is unknown. The environment's form of a key wins over the file.
 */
final class Section {
  private final Reading reading;
  private final String path;
  private final Place place;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Place> keys = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  private Section(Reading reading, String path, Place place) {
    this.reading = reading;
    this.path = path;
    this.place = place;
  }

  static Section root(Reading reading, Optional<Node> node) {
    Section root = new Section(reading, "", new Place.InFile(1, 1));
    node.ifPresent(root::readNode);
    return root;
  }

  Place place() {
    return place;
  }

  /** Where the value of a key stands, or the section where it is missing. */
  Place placeOf(String key) {
    return reading
        .fromEnvironment(pathOf(key))
        .map(Scalar::place)
        .orElseGet(() -> values.containsKey(key) ? placeOf(values.get(key)) : place);
  }

  String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The names of what is there; asking makes all of them known. */
  List<String> names() {
    known.addAll(values.keySet());
    return List.copyOf(values.keySet());
  }

  /** A mapping below this one; without keys if it is missing. */
  Section section(String key) {
    known.add(key);
    Place at = keys.getOrDefault(key, place);
    Section section = new Section(reading, pathOf(key), at);
    Optional.ofNullable(values.get(key)).ifPresent(section::readNode);
    return section;
  }

  Optional<Scalar> scalar(String key) {
    known.add(key);
    Optional<Scalar> fromFile =
        Optional.ofNullable(values.get(key)).flatMap(node -> scalarOf(key, node));
    return reading.fromEnvironment(pathOf(key)).or(() -> fromFile);
  }

  /** The value of a key, or the fallback where it is missing or wrong. */
  <T> T value(String key, T fallback, Format<T> format) {
    return scalar(key).flatMap(scalar -> read(key, scalar, format)).orElse(fallback);
  }

  /** The value of a key that must be there; empty where it is missing or wrong. */
  <T> Optional<T> required(String key, Format<T> format) {
    Optional<Scalar> scalar = scalar(key);
    if (scalar.isEmpty() && !values.containsKey(key)) {
      reading.problem(place, "'" + pathOf(key) + "' is missing");
    }
    return scalar.flatMap(it -> read(key, it, format));
  }

  /** A list, or one value that stands for a list of one; with commas in the environment. */
  <T> List<T> list(String key, Format<T> format) {
    known.add(key);
    Optional<Scalar> variable = reading.fromEnvironment(pathOf(key));
    Stream<Scalar> items =
        variable.isPresent()
            ? variable.stream().flatMap(Section::commaSeparated)
            : Optional.ofNullable(values.get(key)).stream().flatMap(node -> itemsOf(key, node));
    return items.flatMap(item -> read(key, item, format).stream()).toList();
  }

  /**
   * A text that may stand in a file or a variable: {@code {file: …}}, {@code {env: …}} or plain.
   */
  Optional<Scalar> secret(String key) {
    boolean plain = !(values.get(key) instanceof MappingNode);
    if (plain || reading.fromEnvironment(pathOf(key)).isPresent()) {
      return scalar(key);
    }
    return new SecretReference(reading, pathOf(key)).read(section(key));
  }

  boolean has(String key) {
    return values.containsKey(key) || reading.fromEnvironment(pathOf(key)).isPresent();
  }

  /** Reports the keys that nobody has asked for. */
  void finish() {
    keys.forEach(
        (key, at) -> {
          if (!known.contains(key)) {
            reading.problem(
                at, "unknown key '" + pathOf(key) + "'" + DidYouMean.suffix(key, known));
          }
        });
  }

  private <T> Optional<T> read(String key, Scalar scalar, Format<T> format) {
    try {
      return Optional.of(format.read(scalar.text()));
    } catch (Format.BadValueException e) {
      reading.problem(scalar.place(), "'" + pathOf(key) + "' " + e.expected());
      return Optional.empty();
    }
  }

  private void readNode(Node node) {
    if (node instanceof MappingNode mapping) {
      mapping.getValue().forEach(this::readEntry);
    } else if (!isNothing(node)) {
      String name = path.isEmpty() ? "the file" : "'" + path + "'";
      reading.problem(placeOf(node), name + " must be a mapping (key: value)");
    }
  }

  private void readEntry(NodeTuple entry) {
    Place at = placeOf(entry.getKeyNode());
    if (!(entry.getKeyNode() instanceof ScalarNode key)) {
      reading.problem(at, "a key must be a plain word");
      return;
    }
    if (keys.putIfAbsent(key.getValue(), at) != null) {
      reading.problem(
          at,
          "'%s' is there already, at %s"
              .formatted(pathOf(key.getValue()), keys.get(key.getValue())));
      return;
    }
    values.put(key.getValue(), entry.getValueNode());
  }

  private Optional<Scalar> scalarOf(String key, Node node) {
    if (node instanceof ScalarNode scalar && !isNothing(node)) {
      return Optional.of(new Scalar(scalar.getValue(), placeOf(node)));
    }
    String problem = isNothing(node) ? "has no value" : "must be a single value";
    reading.problem(placeOf(node), "'" + pathOf(key) + "' " + problem);
    return Optional.empty();
  }

  private Stream<Scalar> itemsOf(String key, Node node) {
    List<Node> items = node instanceof SequenceNode list ? list.getValue() : List.of(node);
    return items.stream().flatMap(item -> scalarOf(key, item).stream());
  }

  private static Stream<Scalar> commaSeparated(Scalar variable) {
    return Stream.of(variable.text().split(",", -1))
        .map(text -> new Scalar(text.strip(), variable.place()));
  }

  private static boolean isNothing(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static Place placeOf(Node node) {
    return node.getStartMark().map(Section::placeOf).orElse(new Place.InFile(1, 1));
  }

  /** YAML's marks count from 0. */
  static Place placeOf(Mark mark) {
    return new Place.InFile(mark.getLine() + 1, mark.getColumn() + 1);
  }
}
