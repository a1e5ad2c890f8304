package io.walferry.cli.config;

import io.walferry.error.DidYouMean;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What the sections of one file share while they are read: the environment and the problems. */
final class Reading {
  /** Of a pipeline, a sink. */
  static final Format<String> NAME =
      Format.matching(
          "[A-Za-z0-9][A-Za-z0-9_.-]{0,62}",
          "a name of up to 63 letters, digits, '_', '-' and '.'");

  private static final String PREFIX = "WALFERRY_";
  private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  /** The launcher's own. */
  private static final Set<String> NO_SETTINGS =
      Set.of("WALFERRY_CONFIG", "WALFERRY_JAVA_HOME", "WALFERRY_JAVA_OPTS", "WALFERRY_MAVEN_ARGS");

  /** With these begins what our tests are told. */
  private static final String OF_TESTS = PREFIX + "TEST_";

  private final Map<String, String> environment;
  private final Path directory;
  private final List<ConfigProblem> problems = new ArrayList<>();

  /** The paths of the keys that a variable stands for: more than one, and nobody can tell which. */
  private final Map<String, Set<String>> knownVariables = new TreeMap<>();

  /** Relative paths in the configuration start at the directory. */
  Reading(Map<String, String> environment, Path directory) {
    this.environment = environment;
    this.directory = directory;
  }

  Map<String, String> environment() {
    return environment;
  }

  Path directory() {
    return directory;
  }

  static String checkedPath(String text) throws Format.BadValueException {
    try {
      Path unused = Path.of(text);
      if (!text.isEmpty()) {
        return text;
      }
    } catch (InvalidPathException e) {
      throw new Format.BadValueException("must be a path");
    }
    throw new Format.BadValueException("must be a path");
  }

  Path resolved(String path) {
    return directory().resolve(path).normalize();
  }

  /** A path, which starts at the configuration if it is relative. */
  Path path(String text) throws Format.BadValueException {
    return resolved(checkedPath(text));
  }

  /** Names are keys of the file, of something such as a sink. */
  boolean checkName(String something, String name, Place place) {
    try {
      NAME.read(name);
      return true;
    } catch (Format.BadValueException e) {
      problem(place, "the %s's name '%s' %s".formatted(something, name, e.expected()));
      return false;
    }
  }

  void problem(Place place, String message) {
    problems.add(new ConfigProblem(place, message));
  }

  List<ConfigProblem> problems() {
    return problems.stream().sorted(ConfigProblem.IN_ORDER).distinct().toList();
  }

  /** The value that the environment gives to a key, which is a known one from now on. */
  Optional<Scalar> fromEnvironment(String path) {
    String variable = variable(path);
    knownVariables.computeIfAbsent(variable, name -> new TreeSet<>()).add(path);
    return Optional.ofNullable(environment.get(variable))
        .map(value -> new Scalar(value, new Place.InEnvironment(variable)));
  }

  /** {@code pipeline.batchRows} is {@code WALFERRY_PIPELINE_BATCH_ROWS}. */
  private static String variable(String path) {
    String words = WORD_START.matcher(path).replaceAll("_");
    return PREFIX + words.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  /** To be called when every key has been asked for. */
  void refuseUnclearVariables() {
    environment.keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !name.startsWith(OF_TESTS))
        .filter(name -> !NO_SETTINGS.contains(name))
        .forEach(this::refuseUnclear);
  }

  private void refuseUnclear(String variable) {
    Set<String> paths = knownVariables.getOrDefault(variable, Set.of());
    if (paths.isEmpty()) {
      problem(
          new Place.InEnvironment(variable),
          "names no setting" + DidYouMean.suffix(variable, knownVariables.keySet()));
    } else if (paths.size() > 1) {
      problem(
          new Place.InEnvironment(variable),
          "means '%s' alike; set them in the file, or rename one"
              .formatted(String.join("' and '", paths)));
    }
  }
}
