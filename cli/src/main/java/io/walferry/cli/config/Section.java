package io.walferry.cli.config;

import io.walferry.error.DidYouMean;
import io.walferry.postgres.PasswordSource;
import io.walferry.postgres.Secret;
import java.util.ArrayList;
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
 *
 * <p>A section may have defaults: another one that is asked, key by key, for what is not here.
 */
final class Section {
  private final Reading reading;
  private final String path;
  private final Place place;
  private final Optional<Section> defaults;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Place> keys = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();
  private boolean mapping = true;

  private Section(Reading reading, String path, Place place, Optional<Section> defaults) {
    this.reading = reading;
    this.path = path;
    this.place = place;
    this.defaults = defaults;
  }

  static Section root(Reading reading, Optional<Node> node) {
    Section root = new Section(reading, "", new Place.InFile(1, 1), Optional.empty());
    node.ifPresent(root::readNode);
    return root;
  }

  Place place() {
    return place;
  }

  String path() {
    return path;
  }

  /** False where something else stands in its place; nothing at all is an empty mapping. */
  boolean isMapping() {
    return mapping;
  }

  /** Where the value of a key stands, or the section where it is missing. */
  Place placeOf(String key) {
    Section holder = holder(key);
    return reading
        .fromEnvironment(holder.ownPathOf(key))
        .map(Scalar::place)
        .orElseGet(
            () -> holder.values.containsKey(key) ? placeOf(holder.values.get(key)) : holder.place);
  }

  /** What messages call a key: as it is called where its value stands. */
  String pathOf(String key) {
    return holder(key).ownPathOf(key);
  }

  private String ownPathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** The names of what is there; asking makes all of them known. */
  List<String> names() {
    known.addAll(values.keySet());
    return List.copyOf(values.keySet());
  }

  /** A mapping below this one; without keys if it is missing. */
  Section section(String key) {
    return section(key, defaults.map(it -> it.section(key)));
  }

  /** The same, with these defaults. */
  Section section(String key, Optional<Section> fallback) {
    known.add(key);
    Place at = keys.getOrDefault(key, place);
    Section section = new Section(reading, ownPathOf(key), at, fallback);
    Optional.ofNullable(values.get(key)).ifPresent(section::readNode);
    return section;
  }

  /** A mapping that is not mixed with its default: the one here or else the other one. */
  Section whole(String key) {
    known.add(key);
    return defaults
        .filter(it -> !isInFile(key) && it.isInFile(key))
        .map(it -> it.whole(key))
        .orElseGet(() -> section(key, Optional.empty()));
  }

  Optional<Scalar> scalar(String key) {
    return holder(key).ownScalar(key);
  }

  private Optional<Scalar> ownScalar(String key) {
    Optional<Scalar> fromFile =
        Optional.ofNullable(values.get(key)).flatMap(node -> scalarOf(key, node));
    return reading.fromEnvironment(ownPathOf(key)).or(() -> fromFile);
  }

  /** The value of a key, or the fallback where it is missing or wrong. */
  <T> T value(String key, T fallback, Format<T> format) {
    return scalar(key).flatMap(scalar -> read(key, scalar, format)).orElse(fallback);
  }

  /** The value of a key that must be there; empty where it is missing or wrong. */
  <T> Optional<T> required(String key, Format<T> format) {
    Optional<Scalar> scalar = scalar(key);
    if (scalar.isEmpty() && !has(key)) {
      reading.problem(place, "'" + pathOf(key) + "' is missing");
    }
    return scalar.flatMap(it -> read(key, it, format));
  }

  /** A list, or one value that stands for a list of one; with commas in the environment. */
  <T> List<T> list(String key, Format<T> format) {
    return holder(key).ownItems(key).flatMap(item -> read(key, item, format).stream()).toList();
  }

  private Stream<Scalar> ownItems(String key) {
    Optional<Scalar> variable = reading.fromEnvironment(ownPathOf(key));
    return variable.isPresent()
        ? variable.stream().flatMap(Section::commaSeparated)
        : Optional.ofNullable(values.get(key)).stream().flatMap(node -> itemsOf(key, node));
  }

  /**
   * A text that may stand in a file or a variable: {@code {file: …}}, {@code {env: …}} or plain.
   */
  Optional<Scalar> secret(String key) {
    return holder(key).ownSecret(key);
  }

  private Optional<Scalar> ownSecret(String key) {
    return isReference(key) ? reference(key).read() : ownText(key);
  }

  /** The same for a password, which may be changed later and come from a program, too. */
  Optional<PasswordSource> password(String key) {
    return holder(key).ownPassword(key);
  }

  private Optional<PasswordSource> ownPassword(String key) {
    return isReference(key)
        ? reference(key).password()
        : ownText(key).map(text -> PasswordSource.of(new Secret(text.text())));
  }

  /** What the file has may be a reference, in the place of which the environment gives a text. */
  private Optional<Scalar> ownText(String key) {
    return reading.fromEnvironment(ownPathOf(key)).or(() -> ownScalar(key));
  }

  private boolean isReference(String key) {
    return values.get(key) instanceof MappingNode
        && reading.fromEnvironment(ownPathOf(key)).isEmpty();
  }

  private SecretReference reference(String key) {
    return new SecretReference(reading, section(key, Optional.empty()));
  }

  /** The mappings of a list; they are counted from 1. */
  List<Section> sections(String key) {
    known.add(key);
    Node node = values.get(key);
    if (node == null) {
      return List.of();
    }
    if (!(node instanceof SequenceNode list)) {
      reading.problem(placeOf(node), "'" + ownPathOf(key) + "' must be a list");
      return List.of();
    }
    List<Section> sections = new ArrayList<>();
    for (Node item : list.getValue()) {
      String itemPath = ownPathOf(key) + "." + (sections.size() + 1);
      Section section = new Section(reading, itemPath, placeOf(item), Optional.empty());
      section.readNode(item);
      sections.add(section);
    }
    return sections;
  }

  /** Whether the file has a mapping there. */
  boolean isMappingAt(String key) {
    return values.get(key) instanceof MappingNode;
  }

  /** Whether the key has a value, be it a default. */
  boolean has(String key) {
    return holder(key).hasOwn(key);
  }

  /** Whether the key's value is a default. */
  boolean inherits(String key) {
    return holder(key) != this;
  }

  /** Whether the key has a value here and a default as well. */
  boolean overrides(String key) {
    return hasOwn(key) && defaults.filter(it -> it.has(key)).isPresent();
  }

  /** Whether the file has the key, whatever its value is. */
  boolean isInFile(String key) {
    return values.containsKey(key);
  }

  private boolean hasOwn(String key) {
    return reading.fromEnvironment(ownPathOf(key)).isPresent() || values.containsKey(key);
  }

  /** The section that the key's value is taken from; this one where there is none. */
  private Section holder(String key) {
    known.add(key);
    Optional<Section> fallback = defaults.map(it -> it.holder(key)).filter(it -> it.hasOwn(key));
    return hasOwn(key) ? this : fallback.orElse(this);
  }

  /** Reports the keys that nobody has asked for. */
  void finish() {
    keys.forEach(
        (key, at) -> {
          if (!known.contains(key)) {
            reading.problem(
                at, "unknown key '" + ownPathOf(key) + "'" + DidYouMean.suffix(key, known));
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
      mapping = false;
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
              .formatted(ownPathOf(key.getValue()), keys.get(key.getValue())));
      return;
    }
    values.put(key.getValue(), entry.getValueNode());
  }

  private Optional<Scalar> scalarOf(String key, Node node) {
    if (node instanceof ScalarNode scalar && !isNothing(node)) {
      return Optional.of(new Scalar(scalar.getValue(), placeOf(node)));
    }
    String problem = isNothing(node) ? "has no value" : "must be a single value";
    reading.problem(placeOf(node), "'" + ownPathOf(key) + "' " + problem);
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
