// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.lang.annotation.Annotation;

/** A configuration with the defaults, and what a test changes. */
record Configured(String memory, String page__size, boolean fallback, String mount__point, String directory)
        implements HugepageConfiguration {
    static final Configured DEFAULTS = new Configured("", "0", true, "", "hotbay");

    Configured withMemory(String text) {
        return new Configured(text, page__size, fallback, mount__point, directory);
    }

    Configured withPageSize(String text) {
        return new Configured(memory, text, fallback, mount__point, directory);
    }

    Configured withoutFallback() {
        return new Configured(memory, page__size, false, mount__point, directory);
    }

    Configured withMountPoint(String path) {
        return new Configured(memory, page__size, fallback, path, directory);
    }

    Configured withDirectory(String name) {
        return new Configured(memory, page__size, fallback, mount__point, name);
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return HugepageConfiguration.class;
    }
}
