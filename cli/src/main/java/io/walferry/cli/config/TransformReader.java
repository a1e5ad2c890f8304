package io.walferry.cli.config;

import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.publication.TablePattern;
import io.walferry.transform.NewColumn;
import io.walferry.transform.TableMapping;
import io.walferry.transform.TableRule;
import io.walferry.transform.TransformSettings;
import io.walferry.transform.expression.RowExpression;
import io.walferry.transform.value.Hmac;
import io.walferry.transform.value.Mask;
import io.walferry.transform.value.Tokeniser;
import io.walferry.transform.value.ValueTransform;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what becomes of tables and rows on their way to a sink. */
final class TransformReader {
  /** The keys of a sink that are read here, whatever its type. */
  static final List<String> KEYS = List.of("schemas", "tables", "transforms");

  private static final String PART = "(\"(?:[^\"]|\"\")+\"|[^\".*?\\s]+)";
  private static final Pattern TABLE = Pattern.compile(PART + "\\." + PART);
  private static final Format<Integer> SHOWN = Format.wholeNumber(0, 1000);
  private static final Format<Integer> CHARACTER =
      text -> {
        if (text.codePointCount(0, text.length()) != 1) {
          throw new Format.BadValueException("must be one character");
        }
        return text.codePointAt(0);
      };

  private final Reading reading;

  TransformReader(Reading reading) {
    this.reading = reading;
  }

  TransformSettings read(Section sink) {
    Map<String, String> schemas = texts(sink.section("schemas"));
    Map<TableId, TableId> tables = tables(sink.section("tables"));
    List<TableRule> rules =
        sink.sections("transforms").stream().flatMap(it -> rule(it).stream()).toList();
    return new TransformSettings(new TableMapping(schemas, tables), rules);
  }

  private static Map<String, String> texts(Section section) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (String name : section.names()) {
      section.scalar(name).ifPresent(scalar -> texts.put(name, scalar.text()));
    }
    return texts;
  }

  private Map<TableId, TableId> tables(Section section) {
    Map<TableId, TableId> tables = new HashMap<>();
    Map<TableId, String> owners = new HashMap<>();
    for (String name : section.names()) {
      Optional<TableId> from = table(name, section.placeOf(name), section.pathOf(name));
      Optional<TableId> to =
          section
              .scalar(name)
              .flatMap(text -> table(text.text(), text.place(), section.pathOf(name)));
      if (from.isPresent() && to.isPresent()) {
        tables.put(from.get(), to.get());
        String owner = owners.putIfAbsent(to.get(), name);
        if (owner != null) {
          reading.problem(
              section.placeOf(name),
              "'%s': %s is the name of %s already".formatted(section.path(), to.get(), owner));
        }
      }
    }
    return tables;
  }

  private Optional<TableId> table(String text, Place place, String path) {
    Matcher parts = TABLE.matcher(text);
    if (parts.matches()) {
      return Optional.of(new TableId(name(parts.group(1)), name(parts.group(2))));
    }
    reading.problem(place, "'" + path + "' must be a table, such as public.orders");
    return Optional.empty();
  }

  private static String name(String part) {
    return part.startsWith("\"")
        ? part.substring(1, part.length() - 1).replace("\"\"", "\"")
        : part;
  }

  private Optional<TableRule> rule(Section section) {
    int problems = reading.problems().size();
    List<TablePattern> tables = section.list("tables", TransformReader::pattern);
    if (!section.has("tables")) {
      reading.problem(section.place(), "'" + section.pathOf("tables") + "' is missing");
    } else if (tables.isEmpty() && reading.problems().size() == problems) {
      reading.problem(
          section.placeOf("tables"), "'" + section.pathOf("tables") + "' names no table");
    }
    Optional<String> where =
        section.scalar("where").flatMap(it -> expression(section, "where", it));
    List<String> keep = columns(section, "keep");
    List<String> drop = columns(section, "drop");
    if (section.has("keep") && section.has("drop")) {
      reading.problem(
          section.placeOf("drop"), "'" + section.pathOf("drop") + "' says nothing beside 'keep'");
    }
    Map<String, String> rename = texts(section.section("rename"));
    Map<String, ValueTransform> values = values(section);
    Map<String, NewColumn> set = set(section.section("set"));
    section.finish();
    return tables.isEmpty()
        ? Optional.empty()
        : Optional.of(new TableRule(tables, where, keep, drop, rename, values, set));
  }

  private static TablePattern pattern(String text) throws Format.BadValueException {
    try {
      return TablePattern.parse(text);
    } catch (WalferryException e) {
      throw new Format.BadValueException("has a wrong " + e.getMessage());
    }
  }

  private List<String> columns(Section section, String key) {
    List<String> columns = section.list(key, Format.text());
    if (section.has(key) && columns.isEmpty()) {
      reading.problem(section.placeOf(key), "'" + section.pathOf(key) + "' names no column");
    }
    return columns;
  }

  private Optional<String> expression(Section section, String key, Scalar scalar) {
    Optional<String> problem = RowExpression.syntaxProblem(scalar.text());
    problem.ifPresent(
        it -> reading.problem(scalar.place(), "'" + section.pathOf(key) + "' is no CEL: " + it));
    return problem.isPresent() ? Optional.empty() : Optional.of(scalar.text());
  }

  private Map<String, NewColumn> set(Section section) {
    Map<String, NewColumn> columns = new LinkedHashMap<>();
    for (String name : section.names()) {
      if (section.isMappingAt(name)) {
        Section computed = section.section(name);
        computed
            .required("expression", Format.text())
            .flatMap(
                text ->
                    expression(
                        computed, "expression", new Scalar(text, computed.placeOf("expression"))))
            .ifPresent(text -> columns.put(name, new NewColumn.Computed(text)));
        computed.finish();
      } else {
        section
            .scalar(name)
            .ifPresent(text -> columns.put(name, new NewColumn.Constant(text.text())));
      }
    }
    return columns;
  }

  private Map<String, ValueTransform> values(Section rule) {
    Map<String, ValueTransform> values = new LinkedHashMap<>();
    add(rule, "hmac", section -> keyed(section, Hmac::new), values);
    add(rule, "tokenise", section -> keyed(section, Tokeniser::new), values);
    add(rule, "mask", section -> Optional.of(mask(section)), values);
    return values;
  }

  private void add(
      Section rule,
      String key,
      Function<Section, Optional<ValueTransform>> reader,
      Map<String, ValueTransform> values) {
    Section section = rule.section(key);
    if (!rule.isInFile(key)) {
      return;
    }
    List<String> columns = columns(section, "columns");
    if (!section.has("columns")) {
      reading.problem(section.place(), "'" + section.pathOf("columns") + "' is missing");
    }
    Optional<ValueTransform> transform = reader.apply(section);
    section.finish();
    for (String column : columns) {
      if (transform.isPresent() && values.putIfAbsent(column, transform.get()) != null) {
        reading.problem(
            section.place(), "'%s': column %s is changed twice".formatted(section.path(), column));
      }
    }
  }

  private Optional<ValueTransform> keyed(Section section, Function<String, ValueTransform> with) {
    Optional<Scalar> key = section.secret("key");
    if (!section.has("key")) {
      reading.problem(
          section.place(), "'" + section.pathOf("key") + "' is missing, such as {env: NAME}");
    }
    try {
      return key.map(it -> with.apply(it.text()));
    } catch (IllegalArgumentException e) {
      reading.problem(section.placeOf("key"), "'" + section.pathOf("key") + "': " + e.getMessage());
      return Optional.empty();
    }
  }

  private static ValueTransform mask(Section section) {
    return new Mask(
        section.value("first", 0, SHOWN),
        section.value("last", 0, SHOWN),
        section.value("with", (int) '*', CHARACTER));
  }
}
