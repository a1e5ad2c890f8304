package io.walferry.cli;

import io.walferry.ddl.DdlInstallation;
import io.walferry.ddl.DdlStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is installed for DDL, as it is shown. */
final class DdlView {
  private DdlView() {}

  static List<String> lines(DdlStatus status) {
    if (!status.isThere()) {
      return List.of(
          "Nothing is installed: feeds follow DDL as far as rows show it.",
          "next: walferry ddl install URL --role ROLE, as a superuser");
    }
    List<String> lines = new ArrayList<>();
    String version =
        status.version().isPresent() ? "Version " + status.version().getAsInt() : "No version";
    lines.add(
        version
            + " is installed"
            + (status.isAtWork() ? ", and feeds of this role are told of DDL." : "."));
    status.triggers().forEach((name, on) -> lines.add("  " + name + ": " + (on ? "on" : "off")));
    status.problems().forEach(problem -> lines.add("warning: " + problem));
    if (!status.problems().isEmpty()) {
      lines.add("next: walferry ddl install URL --role ROLE, as a superuser");
    }
    return lines;
  }

  static Map<String, Object> json(DdlStatus status) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("installed", status.isThere());
    status.version().ifPresent(version -> json.put("version", version));
    json.put("latestVersion", DdlInstallation.LATEST);
    json.put("atWork", status.isAtWork());
    json.put("triggers", status.triggers());
    json.put("problems", status.problems());
    return json;
  }
}
