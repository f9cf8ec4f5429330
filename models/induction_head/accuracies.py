"""Accuracies that every trained model of the family records, as observables."""

from toysim.records import course

ACCURACIES = (
    course("train_accuracy", "accuracy on sequences as in training"),
    course("ic_accuracy", "accuracy on novel classes: in context"),
    course(
        "ic2_accuracy", "accuracy on known classes whose labels in the context are moved by one"
    ),
    course("iw_accuracy", "accuracy on known classes, plain contexts: in weights"),
    course(
        "context_label_accuracy",
        "CLA: share of answers that are a label of the context, novel classes",
    ),
)
