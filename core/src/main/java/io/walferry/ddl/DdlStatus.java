package io.walferry.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is there of the installation in one database.
 *
 * @param schema whether its schema is there, be it ours or not
 * @param version that its schema says; empty if there is none, or not ours
 * @param triggers of ours that are there, and whether each is at work
 * @param missing functions and views of ours that are not there
 * @param trusted whether nobody but superusers and the role of the session owns any of it
 * @param keyReadable whether the role of the session can tell its messages from forged ones
 * @param firing whether the server lets event triggers fire at all
 */
public record DdlStatus(
    boolean schema,
    OptionalInt version,
    SortedMap<String, Boolean> triggers,
    List<String> missing,
    boolean trusted,
    boolean keyReadable,
    boolean firing) {
  public DdlStatus {
    triggers = new TreeMap<>(triggers);
    missing = List.copyOf(missing);
  }

  /** Whether there is anything of ours. */
  public boolean isThere() {
    return version.isPresent() || !triggers.isEmpty();
  }

  /** Whether every part is there and at work, whatever its version is. */
  public boolean isWhole() {
    return version.isPresent()
        && missing.isEmpty()
        && trusted
        && triggers.keySet().containsAll(DdlInstallation.TRIGGERS)
        && !triggers.containsValue(false);
  }

  /** Whether a newer version of this program has installed it. */
  public boolean isNewer() {
    return version.isPresent() && version.getAsInt() > DdlInstallation.LATEST;
  }

  /** Whether {@code install} has nothing to do. */
  public boolean isCurrent() {
    return isWhole() && version.getAsInt() >= DdlInstallation.LATEST;
  }

  /** Whether a feed of the session's role is told all. */
  public boolean isAtWork() {
    return isWhole() && keyReadable && firing;
  }

  /** What is wrong with it, in words; nothing if there is none of it. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (!isThere()) {
      return problems;
    }
    missing.forEach(name -> problems.add(name + " is missing"));
    for (String name : DdlInstallation.TRIGGERS) {
      if (!triggers.containsKey(name)) {
        problems.add("event trigger " + name + " is missing");
      }
    }
    for (Map.Entry<String, Boolean> trigger : triggers.entrySet()) {
      if (!trigger.getValue()) {
        problems.add("event trigger " + trigger.getKey() + " is disabled, or fires in part");
      }
    }
    if (!trusted) {
      problems.add("a part of it belongs to a role that is no superuser, which could change it");
    }
    if (!keyReadable) {
      problems.add("this role may not read " + DdlInstallation.KEY + ", so its feeds pass it over");
    }
    if (!firing) {
      problems.add("the setting event_triggers is off");
    }
    if (version.isPresent() && version.getAsInt() < DdlInstallation.LATEST) {
      problems.add(
          "version %d is at work, this is %d"
              .formatted(version.getAsInt(), DdlInstallation.LATEST));
    }
    return problems;
  }
}
