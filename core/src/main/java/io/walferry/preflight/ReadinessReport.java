package io.walferry.preflight;

import java.util.List;

/** The verdict on one server and database, with everything that was looked at. */
public record ReadinessReport(List<Finding> findings) {
  public ReadinessReport {
    findings = List.copyOf(findings);
  }

  /** Whether a feed can start and run: there is no {@link Severity#PROBLEM}. */
  public boolean ready() {
    return with(Severity.PROBLEM).isEmpty();
  }

  public List<Finding> with(Severity severity) {
    return findings.stream().filter(finding -> finding.severity() == severity).toList();
  }
}
