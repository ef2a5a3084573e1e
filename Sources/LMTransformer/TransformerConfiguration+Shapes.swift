extension TransformerConfiguration {
  /// Shape of the parameter called `name`, nil where a model of this configuration has none.
  ///
  /// Says what ``Transformer`` makes without making it: files are checked before memory is taken.
  package func shape(ofParameter name: String) -> [Int]? {
    var parts = name.split(separator: ".").map(String.init)
    guard let kind = parts.popLast(), kind == "weight" || kind == "bias" else { return nil }
    if parts.first == "layers" {
      guard parts.count > 2, let layer = Int(parts[1]), (0..<layers).contains(layer) else { return nil }
      parts.removeFirst(2)
      return layerShape(parts.joined(separator: "."), kind)
    }
    let isWeight = kind == "weight"
    switch parts.joined(separator: ".") {
    case "embedding": return isWeight ? [vocabularySize, width] : nil
    case "positions": return position == .learned && isWeight ? [contextLength + positionOffset, width] : nil
    case "segments": return segments > 0 && isWeight ? [segments, width] : nil
    case "embedding.norm": return normsEmbedding ? normShape(kind) : nil
    case "norm": return hasFinalNorm ? normShape(kind) : nil
    case "head": return tiesHead || !isWeight ? nil : [vocabularySize, width]
    default: return nil
    }
  }

  private func normShape(_ kind: String) -> [Int]? {
    kind == "weight" || norm == .layer && biases.contains(.norms) ? [width] : nil
  }

  private func layerShape(_ part: String, _ kind: String) -> [Int]? {
    func linear(_ outputs: Int, _ inputs: Int, _ bias: Biases) -> [Int]? {
      kind == "weight" ? [outputs, inputs] : biases.contains(bias) ? [outputs] : nil
    }
    let shape = attentionShape
    switch part {
    case "attention.input": return linear(shape.rowWidth, width, .attentionInput)
    case "attention.output": return linear(width, shape.queryWidth, .attentionOutput)
    case "feed_forward.input": return linear(hiddenWidth * (isGated ? 2 : 1), width, .feedForward)
    case "feed_forward.output": return linear(width, hiddenWidth, .feedForward)
    case "attention.query_norm", "attention.key_norm":
      return normsQueriesAndKeys && kind == "weight" ? [headWidth] : nil
    case "attention.norm", "feed_forward.norm": return normShape(kind)
    case "attention.output_norm", "feed_forward.output_norm":
      return normPlacement == .sandwich ? normShape(kind) : nil
    default: return nil
    }
  }
}
