import LMRuntime

extension RunReport {
  /// Steps to either side that are averaged: one sixtieth of the run.
  var smoothingRadius: Int { records.count / 60 }

  /// Training loss of every step.
  var trainingLoss: Curve { curve { $0.loss } }

  /// Held-out losses where they were measured.
  var validationLoss: Curve {
    Curve(
      points: records.compactMap { record in
        record.validationLoss.map { Curve.Point(x: Double(record.step), y: $0) }
      })
  }

  /// The mean training loss of the last steps.
  var finalLoss: Double? { trainingLoss.smoothed(radius: smoothingRadius).points.last { $0.y.isFinite }?.y }

  /// The lowest held-out loss.
  var bestValidation: Curve.Point? {
    validationLoss.points.filter(\.y.isFinite).min { $0.y < $1.y }
  }

  private func curve(_ value: (MetricsRecord) -> Double) -> Curve {
    Curve(points: records.map { Curve.Point(x: Double($0.step), y: value($0)) })
  }

  /// The loss, wide, above the others.
  var lossChart: Chart {
    let raw = trainingLoss
    var series: [Chart.Series] = []
    if smoothingRadius > 0 {
      series.append(.init(name: "training, each step", look: .raw, curve: raw))
      series.append(.init(name: "training, mean", look: .main, curve: raw.smoothed(radius: smoothingRadius)))
    } else {
      series.append(.init(name: "training", look: .main, curve: raw))
    }
    series.append(.init(name: "validation", look: .dotted, curve: validationLoss))
    if let entropyFloor, entropyFloor.isFinite, let first = records.first, let last = records.last {
      let ends = [first.step <= 1 ? 0 : first.step, last.step].map {
        Curve.Point(x: Double($0), y: entropyFloor)
      }
      series.append(
        .init(
          name: "entropy floor \(NumberText.fixed(entropyFloor, decimals: 3))", look: .level,
          curve: Curve(points: ends)))
    }
    let skipped = records.filter(\.skipped).map { Double($0.step) }
    return Chart(
      title: "Loss", unit: "nats per token", series: series,
      marks: skipped.isEmpty ? nil : (name: "skipped update", steps: skipped), startsAtZero: false,
      isWide: true)
  }

  /// Held-out accuracies and the loss of sentence pairs, where there are such.
  private var accuracyCharts: [Chart] {
    func curve(_ value: (MetricsRecord) -> Double?) -> Curve {
      Curve(
        points: records.compactMap { record in
          value(record).map { Curve.Point(x: Double(record.step), y: $0) }
        })
    }
    let (sentences, accuracy) = (curve(\.sentenceLoss), curve(\.validationAccuracy))
    let charts = [
      Chart(
        title: "Next sentence", unit: "nats per pair",
        series: [
          .init(name: "training, mean", look: .main, curve: sentences.smoothed(radius: smoothingRadius)),
          .init(name: "validation", look: .dotted, curve: curve(\.validationSentenceLoss)),
        ], startsAtZero: true, isWide: false),
      Chart(
        title: "Accuracy",
        unit: sentences.points.isEmpty ? "of held-out tokens" : "of held-out tokens (line), pairs (dots)",
        series: [
          .init(name: "tokens", look: .main, curve: accuracy),
          .init(name: "pairs", look: .dotted, curve: curve(\.validationSentenceAccuracy)),
        ], startsAtZero: true, isWide: false),
    ]
    return charts.filter(\.hasData)
  }

  /// What explains the loss: learning rate, gradient norm, speed.
  var smallCharts: [Chart] {
    func chart(_ title: String, _ unit: String, _ value: (MetricsRecord) -> Double, isNoisy: Bool) -> Chart {
      let raw = curve(value)
      var series = [
        Chart.Series(name: "mean", look: .main, curve: isNoisy ? raw.smoothed(radius: smoothingRadius) : raw)
      ]
      let isSmoothed = isNoisy && smoothingRadius > 0
      if isSmoothed { series.insert(.init(name: "each step", look: .raw, curve: raw), at: 0) }
      let note = isSmoothed ? "; each step and mean" : ""
      return Chart(title: title, unit: unit + note, series: series, startsAtZero: true, isWide: false)
    }
    return accuracyCharts + [
      chart("Learning rate", "of each step", { $0.learningRate }, isNoisy: false),
      chart("Gradient norm", "before clipping", { $0.gradientNorm }, isNoisy: true),
      chart("Speed", "tokens per second", { $0.tokensPerSecond }, isNoisy: true),
    ]
  }
}
