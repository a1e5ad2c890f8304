package io.walferry.cli.config;

/** The whole of {@code walferry.yaml}. */
public record WalferryConfig(SourceConfig source, SinkConfig sink, PipelineConfig pipeline) {}
