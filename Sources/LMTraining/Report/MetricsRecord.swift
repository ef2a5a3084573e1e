public struct MetricsRecord: Sendable, Equatable {
  public var step: Int
  public var loss: Double
  public var validationLoss: Double?
  public var learningRate: Double
  public var gradientNorm: Double
  public var tokens: Int
  public var tokensPerSecond: Double
  public var seconds: Double
  public var skipped: Bool
}
