// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

/** Something is wrong with one of the options given. */
final class OptionException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String option;

    OptionException(String option, String problem) {
        super(option + " " + problem);
        this.option = option;
    }

    /** Name of the option. */
    String option() {
        return option;
    }

    /** What is wrong, without the option's name. */
    String problem() {
        return getMessage().substring(option.length() + 1);
    }
}
