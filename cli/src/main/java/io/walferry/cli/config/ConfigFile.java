package io.walferry.cli.config;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads {@code walferry.yaml} together with the environment. */
public final class ConfigFile {
  private ConfigFile() {}

  /**
   * Reads and checks everything that can be checked without a connection.
   *
   * @throws WalferryException {@code CONFIGURATION_UNREADABLE} if the file cannot be read
   */
  public static ConfigResult read(Path path, Map<String, String> environment) {
    Path absolute = path.toAbsolutePath();
    Path directory = Optional.ofNullable(absolute.getParent()).orElse(absolute);
    return parse(textOf(path), directory, environment);
  }

  static ConfigResult parse(String yaml, Path directory, Map<String, String> environment) {
    Optional<Node> document;
    try {
      document =
          new Compose(LoadSettings.builder().setAllowNonScalarKeys(true).build())
              .composeString(yaml);
    } catch (MarkedYamlEngineException e) {
      return syntaxProblem(
          e.getProblemMark().map(Section::placeOf).orElse(new Place.InFile(1, 1)), e.getProblem());
    } catch (YamlEngineException e) {
      return syntaxProblem(new Place.InFile(1, 1), String.valueOf(e.getMessage()));
    }
    Reading reading = new Reading(environment, directory);
    Optional<WalferryConfig> config =
        new ConfigReader(reading).read(Section.root(reading, document));
    List<ConfigProblem> problems = reading.problems();
    return problems.isEmpty()
        ? new ConfigResult.Valid(config.orElseThrow())
        : new ConfigResult.Invalid(problems);
  }

  private static ConfigResult syntaxProblem(Place place, String problem) {
    return new ConfigResult.Invalid(
        List.of(new ConfigProblem(place, "this is no YAML: " + problem)));
  }

  private static String textOf(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_UNREADABLE,
          "could not read the configuration " + path + ": " + whyUnreadable(path),
          e);
    }
  }

  private static String whyUnreadable(Path path) {
    if (!Files.exists(path)) {
      return "there is no such file";
    }
    if (Files.isDirectory(path)) {
      return "it is a directory";
    }
    return Files.isReadable(path) ? "it is no text file in UTF-8" : "no right to read it";
  }
}
