/** What pipelines are at, for whoever watches over them: metrics and health over HTTP. */
@NullMarked
package io.walferry.server;

import org.jspecify.annotations.NullMarked;
