package io.walferry.cli.config;

import io.walferry.cli.config.SinkProviders.PluginException;
import io.walferry.error.WalferryException;
import io.walferry.sink.SinkProvider;
import io.walferry.sink.SinkSettings;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads where plug-ins are, and sinks of the types that they provide. */
final class PluginReader {
  private static final String KEY = "plugins";
  private static final String FOLDER_DEFAULT = "plugins";
  private static final String TYPE = "type";

  private final Reading reading;
  private final SinkProviders providers = new SinkProviders();

  PluginReader(Reading reading) {
    this.reading = reading;
  }

  /** The types that are provided, in alphabetical order. */
  Map<String, SinkProvider> providers() {
    return providers.all();
  }

  /** Loads what there is; a folder that is not named need not be there. */
  void read(Section root) {
    Optional<Path> named = root.value(KEY, Optional.empty(), this::folder);
    Path usual = reading.directory().resolve(FOLDER_DEFAULT);
    try {
      providers.addClassPath();
      if (named.isPresent()) {
        providers.addFolder(named.get());
      } else if (!root.has(KEY) && Files.isDirectory(usual)) {
        providers.addFolder(usual);
      }
    } catch (PluginException e) {
      reading.problem(root.placeOf(KEY), "'" + KEY + "': " + e.getMessage());
    }
  }

  private Optional<Path> folder(String text) throws Format.BadValueException {
    try {
      return Optional.of(reading.directory().resolve(Path.of(text)).normalize());
    } catch (InvalidPathException e) {
      throw new Format.BadValueException("must be a path");
    }
  }

  /** A sink whose keys only its provider knows; each may stand in a file or a variable. */
  Optional<SinkConfig> sink(SinkProvider provider, String name, Section section) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String key : section.names()) {
      if (!key.equals(TYPE) && !TransformReader.KEYS.contains(key)) {
        section.secret(key).ifPresent(scalar -> values.put(key, scalar.text()));
      }
    }
    SinkSettings settings = new SinkSettings(name, values, reading.directory());
    try {
      var unused = provider.sinks(settings);
      return Optional.of(new SinkConfig.Provided(name, provider, settings));
    } catch (WalferryException e) {
      reading.problem(section.place(), "'" + section.path() + "': " + e.getMessage());
      return Optional.empty();
    }
  }
}
