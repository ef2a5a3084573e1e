import LMRuntime
public final class MetricsLog {
  public init(_ path: String) {}
  public func resume(atStep: Int) throws(LMError) {}
  public func append(_ record: MetricsRecord) throws(LMError) {}
}
