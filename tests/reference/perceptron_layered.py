"""The layered learner written from its loss alone: gradients by central differences, Adam written
out.
"""

import math

import numpy as np


def cross_entropy(weights, x, classes, noise):
    """Sum over examples; weights are pairs (mean, variance), noise the draws eps of every layer."""
    activity = x
    for (mean, variance), eps in zip(weights, noise, strict=True):
        n = activity.shape[1]
        z = np.einsum("ej,kj->ek", activity, mean) / math.sqrt(n)
        z = z + eps * np.sqrt(np.einsum("ej,kj->ek", activity**2, variance) / n)
        activity = np.where(z > 0, z, 0)
    return np.sum(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), classes])


def kl(theta, reference, b):
    m, old = np.tanh(b * theta), np.tanh(b * reference)
    return np.sum(
        (1 + m) / 2 * np.log((1 + m) / (1 + old)) + (1 - m) / 2 * np.log((1 - m) / (1 - old))
    )


def expansion(theta, reference, b):
    return 0.5 * np.sum(b * b * (1 - np.tanh(b * reference) ** 2) * (theta - reference) ** 2)


def differences(function, layers, h=1e-5):
    """Gradient of function(layers) by all entries; what is below the differences' rounding is 0.

    A silent unit has no gradient at all, and Adam would make full steps of its rounding.
    """
    gradients = []
    for layer in layers:
        gradient = np.empty_like(layer)
        for at in np.ndindex(layer.shape):
            kept = layer[at]
            layer[at] = kept + h
            up = function(layers)
            layer[at] = kept - h
            gradient[at] = (up - function(layers)) / (2 * h)
            layer[at] = kept
        gradients.append(np.where(np.abs(gradient) < 1e-8, 0.0, gradient))
    return gradients


def learned(p, theta, tasks, noise):
    """Fields after all tasks; ``noise(n)`` gives the draws of all layers for n examples."""
    theta = [layer.copy() for layer in theta]
    previous, first, second = theta, [0.0] * len(theta), [0.0] * len(theta)
    t, n_epochs = 0, p.n_tasks * p.epochs
    penalty = expansion if p.method == "ewc" else kl
    for k, task in enumerate(tasks):
        old = theta
        for epoch in range(k * p.epochs, (k + 1) * p.epochs):
            b = p.inverse_temperature * math.tanh(
                p.anneal_from + p.anneal_by * (epoch + 1) / n_epochs
            )
            for begin in range(0, p.n_train, p.batch_size):
                x = task.train[begin : begin + p.batch_size].astype(float)
                classes = task.train_class[begin : begin + p.batch_size]
                certain = p.method in ("metaplastic", "plain")
                eps = [np.zeros((len(x), n)) for n in p.sizes[1:]] if certain else noise(len(x))
                step_by_step = p.kl_reference == "step"
                reference = previous if step_by_step else old
                strength = p.gamma * (1.0 if step_by_step else len(x) / p.n_train if k else 0.0)

                def loss(
                    layers,
                    b=b,
                    x=x,
                    classes=classes,
                    eps=eps,
                    reference=reference,
                    strength=strength,
                ):
                    weights = [(np.tanh(b * f), 1 - np.tanh(b * f) ** 2) for f in layers]
                    held = sum(penalty(f, r, b) for f, r in zip(layers, reference, strict=True))
                    return cross_entropy(weights, x, classes, eps) + strength * held

                def binary_loss(layers, x=x, classes=classes, eps=eps):
                    return cross_entropy([(w, 0 * w) for w in layers], x, classes, eps)

                if certain:
                    gradients = differences(binary_loss, [np.sign(layer) for layer in theta])
                else:
                    gradients = differences(loss, [layer.copy() for layer in theta])
                t += 1
                previous, new = theta, []
                for i, (layer, gradient) in enumerate(zip(theta, gradients, strict=True)):
                    first[i] = 0.9 * first[i] + 0.1 * gradient
                    second[i] = 0.99 * second[i] + 0.01 * gradient**2
                    root = np.sqrt(second[i] / (1 - 0.99**t)) + (1e-8 if certain else 1e-20)
                    step = p.learning_rate * first[i] / (1 - 0.9**t) / root
                    if p.method == "metaplastic":
                        nearer = np.sign(step) == np.sign(layer)
                        step = np.where(
                            nearer, step * (1 - np.tanh(p.metaplasticity * layer) ** 2), step
                        )
                    new.append(layer - step)
                theta = new
    return theta
